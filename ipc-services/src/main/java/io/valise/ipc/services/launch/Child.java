package io.valise.ipc.services.launch;

import io.valise.ipc.services.process.LastLines;
import io.valise.ipc.services.process.Program;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A child process that has received its launcher's address over its standard input. Thread-safe. */
final class Child {
    private static final Logger LOG = SafeLog.of(Child.class);
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Process process;
    private final LastLines lines;

    private Child(Process process) {
        this.process = process;
        this.lines = LastLines.of(process);
    }

    /** Starts one. Its standard input stays open: its end tells the child that the launcher is gone. */
    static Child start(Program program, LaunchTicket ticket) throws IOException {
        Process process = program.describe().redirectErrorStream(true).start();
        boolean ready = false;
        try {
            Child child = new Child(process);
            child.hand(ticket);
            ready = true;
            return child;
        } finally {
            if (!ready) { // for want of a thread: no one waits for it, and it would wait for its ticket
                process.destroyForcibly();
            }
        }
    }

    private void hand(LaunchTicket ticket) {
        try {
            process.getOutputStream().write(ticket.line());
            process.getOutputStream().flush();
        } catch (IOException e) {
            // It closed its input, or has ended: then it cannot connect, and the waiting launcher is told of its end.
            LOG.log(Level.DEBUG, "took no ticket: " + this, e);
        }
    }

    /** Its exit status, once it has ended. */
    CompletableFuture<Integer> exit() {
        return process.onExit().thenApply(Process::exitValue);
    }

    /** Calls back with its exit status when it has ended. */
    void atEnd(IntConsumer action) {
        exit().thenAccept(action::accept).exceptionally(Child::logged);
    }

    /** Kills it unless it ends by itself within two seconds, having been told to. */
    void killAfterGrace() {
        Runnable spare = ReadinessLoop.shared().after(GRACE.toNanos(), this::kill);
        atEnd(status -> spare.run());
    }

    private static @Nullable Void logged(Throwable failure) {
        LOG.log(Level.WARNING, "the end of a launched process was not handled", failure);
        return null;
    }

    /** That it ended with a status, and what it wrote last. */
    String exitMessage(int status) {
        return this + " ended with status " + status + lines.atEnd();
    }

    long pid() {
        return process.pid();
    }

    /** Uses the handle, which unlike the process does not wait for its streams. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    @Override
    public String toString() {
        return "process " + process.pid();
    }
}
