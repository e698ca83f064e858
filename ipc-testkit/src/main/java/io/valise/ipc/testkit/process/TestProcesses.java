package io.valise.ipc.testkit.process;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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
