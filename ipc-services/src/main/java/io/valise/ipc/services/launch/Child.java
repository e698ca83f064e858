package io.valise.ipc.services.launch;

import io.valise.ipc.services.process.LastLines;
import io.valise.ipc.services.process.Program;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A child process that has been told over its standard input where its launcher waits. Thread-safe. */
final class Child {
    private final Process process;
    private final LastLines lines;

    private Child(Process process) {
        this.process = process;
        this.lines = LastLines.of(process);
    }

    /** Starts one. Its standard input stays open: its end tells the child that the launcher is gone. */
    static Child start(Program program, LaunchTicket ticket) throws IOException {
        Child child = new Child(program.describe().redirectErrorStream(true).start());
        child.hand(ticket);
        return child;
    }

    private void hand(LaunchTicket ticket) {
        try {
            process.getOutputStream().write(ticket.line());
            process.getOutputStream().flush();
        } catch (IOException e) {
            // It closed its input, or has ended: then it cannot connect, and whoever waits for that learns of its end.
            System.getLogger(Child.class.getName()).log(System.Logger.Level.DEBUG, "took no ticket: " + this, e);
        }
    }

    /** Its exit status, once it has ended. */
    CompletableFuture<Integer> exit() {
        return process.onExit().thenApply(Process::exitValue);
    }

    /** That it ended with a status, and what it wrote last. */
    String obituary(int status) {
        return this + " ended with status " + status + lines.atEnd();
    }

    long pid() {
        return process.pid();
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Asks it to end. */
    void terminate() {
        process.destroy();
    }

    @Override
    public String toString() {
        return "process " + process.pid();
    }
}
