package io.valise.ipc.pipes.windows.overlapped;

import io.valise.ipc.pipes.windows.kernel.Win32;
import java.util.ArrayList;
import java.util.List;

/**
 * The threads that wait for armed pipes, each for as many as Windows allows ({@code MAXIMUM_WAIT_OBJECTS}) less one.
 * Thread-safe.
 */
public final class Watchers {
    private final Win32 win32;
    private final List<Watcher> threads = new ArrayList<>();

    /** None yet. */
    public Watchers(Win32 win32) {
        this.win32 = win32;
    }

    Win32 win32() {
        return win32;
    }

    void add(ReadHalf half) {
        boolean added = false;
        synchronized (this) {
            for (Watcher thread : threads) {
                added = added || thread.tryAdd(half);
            }
            if (!added) {
                Watcher fresh = new Watcher(this, half);
                fresh.start(); // first: a thread that cannot start must be given no pipes
                threads.add(fresh);
            }
        }
    }

    /** Called by a thread that has had nothing to do for a while; false when it was given something at the last moment. */
    synchronized boolean retire(Watcher thread) {
        boolean retires = thread.isIdle();
        if (retires) {
            threads.remove(thread);
        }
        return retires;
    }
}
