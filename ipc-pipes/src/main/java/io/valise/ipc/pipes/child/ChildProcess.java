package io.valise.ipc.pipes.child;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.SystemText;
import io.valise.ipc.spi.stream.StreamLink;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts programs, and ends them with their link. */
final class ChildProcess {
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long EXIT_SECONDS = 2;

    private ChildProcess() {}

    /** A link over the standard streams of a program that is started now, once it has said that it takes frames. */
    static Link start(ProcessBuilder program, long timeoutNanos) {
        Process process = start(program);
        PumpedStream stream = streamOf(process);
        boolean greeted = false;
        try {
            Preamble.Heard heard = stream.awaitPreamble(timeoutNanos);
            check(heard, process);
            greeted = true;
            return new StreamLink(stream, identity());
        } finally {
            if (!greeted) {
                stream.close();
                process.destroy(); // Not awaited: no request was sent to it.
            }
        }
    }

    private static PumpedStream streamOf(Process process) {
        boolean made = false;
        try {
            PumpedStream stream = new PumpedStream(
                    "valise-child-" + process.pid(),
                    Channels.newChannel(process.getInputStream()),
                    process.getOutputStream(),
                    () -> endSoon(process));
            made = true;
            return stream;
        } finally {
            if (!made) { // for want of a thread
                process.destroy();
            }
        }
    }

    private static Process start(ProcessBuilder program) {
        try {
            return SystemText.sent(withPipes(program)).start();
        } catch (IOException e) {
            throw StdioTransport.notSent(
                    IpcStatus.ENDPOINT_NOT_FOUND, "cannot start " + program.command() + ": " + e.getMessage(), e);
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("command: expected a program and its arguments, actual=none", e);
        }
    }

    /**
     * A copy of the user's description, which is not changed, with pipes for standard input and output; errors go where
     * ours go.
     */
    private static ProcessBuilder withPipes(ProcessBuilder program) {
        ProcessBuilder piped = new ProcessBuilder(program.command());
        piped.directory(program.directory());
        Map<String, String> environment = piped.environment();
        environment.keySet().retainAll(program.environment().keySet());
        program.environment().forEach((name, value) -> {
            if (!value.equals(
                    environment.get(name))) { // what is inherited keeps its bytes, whatever text they are here
                environment.put(name, value);
            }
        });
        return piped.redirectError(
                program.redirectError().equals(Redirect.PIPE) ? Redirect.INHERIT : program.redirectError());
    }

    private static void check(Preamble.Heard heard, Process process) {
        if (!heard.complete()) {
            throw ended(heard, process);
        }
        if (!heard.noise().isBlank()) {
            log().log(Level.INFO, "process {0} printed before its first frame: {1}", process.pid(), heard.excerpt());
        }
    }

    private static IpcException ended(Preamble.Heard heard, Process process) {
        String printed = heard.noise().isBlank() ? "" : "; it printed: " + heard.excerpt();
        return StdioTransport.notSent(
                IpcStatus.PEER_DIED,
                "the program " + exit(process) + " before it called ChildPipes.parent(); its standard error says why"
                        + printed);
    }

    private static String exit(Process process) {
        try {
            return process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)
                    ? "ended with status " + process.exitValue()
                    : "closed its standard output, or wrote something else to it,";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "closed its standard output";
        }
    }

    /** No other process had descriptors of these pipes that it could pass on. */
    private static PeerIdentity identity() {
        return PeerIdentity.ofKernel(System.getProperty("user.name"), true);
    }

    /** Its standard input ends, which tells a program to end; one that does not is terminated, then killed. */
    private static void endSoon(Process process) {
        ProcessHandle handle = process.toHandle(); // unlike the process it waits for no stream
        unlessEnded(handle, () -> {
            handle.destroy();
            unlessEnded(handle, () -> {
                log().log(Level.WARNING, "process {0} did not end by itself: killed", process.pid());
                handle.destroyForcibly();
            });
        });
    }

    /** Runs an action unless the process ends within its grace period; at once where there is no timer. */
    @SuppressWarnings("FutureReturnValueIgnored") // the stage that depends on the exit has no result
    private static void unlessEnded(ProcessHandle process, Runnable action) {
        try {
            process.onExit().thenRun(ReadinessLoop.shared().after(GRACE_NANOS, action));
        } catch (IpcException noThread) {
            log().log(Level.DEBUG, "no time of grace for process " + process.pid(), noThread);
            action.run();
        }
    }

    /** Asked for when there is something to say: the first logger of a JVM takes 20 ms to start. */
    private static Logger log() {
        return SafeLog.of(ChildProcess.class);
    }
}
