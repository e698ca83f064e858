package io.valise.ipc.sharedmem.named;

import io.valise.ipc.IpcException;
import java.time.Duration;

/** One wait of one thread: until when, and how often it has slept. */
final class Waiting {
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private final ObjectFile object;
    private final long since = System.nanoTime();
    private final long nanos;
    private int rounds;

    /**
     * Begins now.
     *
     * @param nanos how long, in nanoseconds; negative is over already
     */
    Waiting(ObjectFile object, long nanos) {
        this.object = object;
        this.nanos = nanos;
    }

    /**
     * A time to wait, in nanoseconds; one of more than 292 years is that long.
     *
     * @throws IllegalArgumentException when it is negative
     */
    static long nanos(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout: limit=0 or more, actual=" + timeout);
        }
        return timeout.compareTo(LONGEST) > 0 ? Long.MAX_VALUE : timeout.toNanos();
    }

    /** How long it lasts so far, in nanoseconds. */
    long lasts() {
        return System.nanoTime() - since;
    }

    /**
     * Sleeps, for a bounded time, until the bell has rung.
     *
     * @param noted what the bell showed before the caller looked
     * @return false when the time is up
     * @throws IpcException {@code CONNECTION_CLOSED} when the object is closed here
     * @throws InterruptedException when this thread is interrupted
     */
    boolean sleep(int noted) throws InterruptedException {
        object.checkOpen();
        long left = nanos - lasts();
        if (left <= 0) {
            return false;
        }
        object.bell().sleep(noted, left, rounds);
        rounds++;
        return true;
    }
}
