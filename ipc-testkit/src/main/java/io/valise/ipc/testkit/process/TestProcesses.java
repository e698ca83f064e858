package io.valise.ipc.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The processes that tests have started: they end with this JVM at the latest, and with a test that hangs, since a thread
 * that reads what a process prints cannot be interrupted. Thread-safe.
 *
 * @since 0.1.0
 */
public final class TestProcesses {
    private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(TestProcesses::killAll, "test-process-reaper"));
    }

    private TestProcesses() {}

    /** Starts a process. */
    public static Process start(ProcessBuilder program) throws IOException {
        STARTED.removeIf(process -> !process.isAlive());
        Process process = program.start();
        STARTED.add(process);
        return process;
    }

    /**
     * Stops a process as SIGSTOP does, and returns when all its threads have stopped, which they do one by one.
     *
     * @throws AssertionError when this thread is interrupted before that
     * @since 0.2.0
     */
    public static void freeze(Process process) {
        signal(process, "STOP");
        while (process.isAlive() && !isStopped(process)) {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("not stopped: process " + process.pid());
            }
            LockSupport.parkNanos(50_000); // there is no notification
        }
    }

    /**
     * Continues a process after {@link #freeze}.
     *
     * @since 0.2.0
     */
    public static void thaw(Process process) {
        signal(process, "CONT");
    }

    /** Assumed to be true where there is no {@code /proc}. */
    private static boolean isStopped(Process process) {
        Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
        if (!Files.exists(threads)) {
            return true;
        }
        try (Stream<Path> each = Files.list(threads)) {
            return each.allMatch(TestProcesses::isStopped);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot see whether process " + process.pid() + " has stopped", e);
        }
    }

    private static boolean isStopped(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
        } catch (IOException e) {
            return false; // it ended meanwhile: check again
        }
    }

    private static void signal(Process process, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot signal process " + process.pid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Kills every process that was started here, and what these have started, which may have the same output; returns when
     * those that were started here have ended.
     */
    public static void killAll() {
        for (Process process : STARTED) {
            process.descendants().toList().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        STARTED.forEach(process -> process.onExit().join());
    }
}
