package io.valise.ipc.pipes.windows.overlapped;

import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import io.valise.ipc.spi.runtime.Threads;
import java.util.ArrayList;
import java.util.List;

/** One thread that waits for armed pipes. It sleeps without a timer while it has any, and ends a while after the last. */
final class Watcher implements Runnable {
    private static final int MOST = Win32.MAXIMUM_WAIT_OBJECTS - 1;
    private static final int LINGER_MILLIS = (int) Math.min(Threads.IDLE_MILLIS, Integer.MAX_VALUE);

    private final Watchers all;
    private final Win32 win32;
    private final long changed;
    private final List<ReadHalf> halves = new ArrayList<>();
    private boolean changing;

    Watcher(Watchers all, ReadHalf first) {
        this.all = all;
        this.win32 = all.win32();
        this.changed = event(win32);
        halves.add(first);
    }

    private static long event(Win32 win32) {
        try {
            return win32.createEvent();
        } catch (Win32Exception e) {
            throw NamedPipeStream.exhausted(e);
        }
    }

    void start() {
        Threads.start(Threads.daemon("valise-pipe-watcher", this), () -> win32.closeHandle(changed));
    }

    synchronized boolean tryAdd(ReadHalf half) {
        boolean room = halves.size() < MOST;
        if (room) {
            halves.add(half);
            tellChanged();
        }
        return room;
    }

    private void tellChanged() {
        if (!changing) {
            changing = true;
            win32.setEvent(changed);
        }
    }

    synchronized boolean isIdle() {
        return halves.isEmpty();
    }

    @Override
    public void run() {
        Threads.repeat("waiting for pipes", this::round);
        win32.closeHandle(changed);
    }

    /** Returns false when this thread is not needed any more. */
    private boolean round() {
        List<ReadHalf> watched = snapshot();
        long[] events = new long[watched.size() + 1];
        events[0] = changed;
        for (int i = 0; i < watched.size(); i++) {
            events[i + 1] = watched.get(i).operation.event();
        }
        int index = win32.waitForAny(events, watched.isEmpty() ? LINGER_MILLIS : Win32.INFINITE);
        if (index > 0) {
            fire(watched.get(index - 1));
        }
        return index != Win32.WAIT_TIMEOUT || !all.retire(this);
    }

    private synchronized List<ReadHalf> snapshot() {
        if (changing) {
            changing = false;
            win32.resetEvent(changed);
        }
        return List.copyOf(halves);
    }

    private void fire(ReadHalf half) {
        synchronized (this) {
            halves.remove(half);
        }
        Threads.run("a readiness callback", half::watchEnded);
    }
}
