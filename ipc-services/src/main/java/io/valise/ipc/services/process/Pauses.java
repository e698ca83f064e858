package io.valise.ipc.services.process;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Pauses between checks of a state that sends no notification: another process's lock, or its first reply. */
public final class Pauses {
    private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(25);

    private final long deadlineNanoTime;
    private long next = SHORTEST;

    /** Pauses until a point in time by {@link System#nanoTime()}. */
    public Pauses(long deadlineNanoTime) {
        this.deadlineNanoTime = deadlineNanoTime;
    }

    /**
     * Waits a little, each time a little longer.
     *
     * @param what is awaited
     * @throws IpcException {@code TIMEOUT} when the time is up, {@code CANCELLED} when interrupted
     */
    public void pause(String what) {
        pause(() -> what);
    }

    /** As {@link #pause(String)}, for a text that is costly to build: it is built only for an error. */
    public void pause(Supplier<String> what) {
        long left = deadlineNanoTime - System.nanoTime();
        if (left <= 0) {
            throw new IpcException(
                    IpcStatus.TIMEOUT,
                    what.get() + "; the connect timeout is up: a longer one helps a slow start",
                    Delivery.NOT_SENT);
        }
        LockSupport.parkNanos(Math.min(left, next));
        next = Math.min(LONGEST, next * 2);
        if (Thread.currentThread().isInterrupted()) {
            throw new IpcException(IpcStatus.CANCELLED, "interrupted: " + what.get(), Delivery.NOT_SENT);
        }
    }
}
