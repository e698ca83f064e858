package io.valise.ipc.pipes.windows.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One machine: its pipes and processes. Everything of it is guarded by its monitor. */
public final class Machine {
    final Map<String, ModelPipe> pipes = new HashMap<>();
    final Map<Long, ModelProcess> processes = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private final Faults faults = new Faults();
    private long lastHandle;

    /** Starts a process of a user. */
    public synchronized ModelProcess process(long pid, String user) {
        ModelProcess process = new ModelProcess(this, pid, user);
        processes.put(pid, process);
        return process;
    }

    /** What goes wrong. */
    public Faults faults() {
        return faults;
    }

    /** What was done that Windows leaves undefined, or forbids. */
    public synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    void violated(String rule) {
        violations.add(rule + " by " + Thread.currentThread().getName());
    }

    /** Handles are multiples of four. */
    long newHandle() {
        lastHandle += 4;
        return lastHandle;
    }

    /** Names are compared without case. */
    static String key(String path) {
        return path.toLowerCase(Locale.ROOT);
    }

    /** Waits under the monitor for a change; an interrupt does not end the wait, as in Win32. */
    @SuppressWarnings("WaitNotInLoop") // the callers loop
    void awaitChange(long deadline) {
        boolean interrupted = false;
        try {
            long millis = (deadline - System.nanoTime()) / 1_000_000 + 1;
            wait(Math.max(1, Math.min(millis, 60_000)));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            ModelProcess.reinterrupt();
        }
    }
}
