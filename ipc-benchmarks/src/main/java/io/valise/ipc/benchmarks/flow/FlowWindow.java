package io.valise.ipc.benchmarks.flow;

import java.util.concurrent.TimeUnit;

/**
 * The flow control of all contenders: no more messages are on their way than a window holds, and the taker tells how many it has
 * taken after each part of a window. Bare jnats has no flow control of its own: a broker cuts off a client that reads too
 * slowly, with all that is on its way. The window is larger than what Valise lets be on its way by itself, and so does not hold it
 * up. {@link #taken} may be called by any thread, the rest by one.
 */
final class FlowWindow {
    private static final int BYTES = 4 << 20;
    private static final int MOST_MESSAGES = 16_384;
    private static final int LEAST_MESSAGES = 4;
    private static final int PARTS = 8;
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final int messages;
    private long sent;
    private long known;
    private long taken; // guarded by this

    /** For messages of so many bytes. */
    FlowWindow(int bytes) {
        messages = messages(bytes);
    }

    private static int messages(int bytes) {
        return Math.max(LEAST_MESSAGES, Math.min(MOST_MESSAGES, BYTES / bytes));
    }

    /** After how many messages of so many bytes the taker tells the sender. */
    static int part(int bytes) {
        return Math.max(1, messages(bytes) / PARTS);
    }

    /** Waits until one more may be sent. */
    void beforeSend() throws InterruptedException {
        if (sent - known >= messages) {
            await(sent - messages + 1);
        }
        sent++;
    }

    /** Waits until all that was sent was taken; call it after a whole number of parts. */
    void awaitAll() throws InterruptedException {
        await(sent);
    }

    private synchronized void await(long needed) throws InterruptedException {
        long begun = System.nanoTime();
        while (taken < needed) {
            long left = LONGEST_WAIT_NANOS - (System.nanoTime() - begun);
            if (left <= 0) {
                throw new IllegalStateException(
                        "messages taken: needed=" + needed + ", actual=" + taken + ": some were lost");
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        known = taken;
    }

    /** The taker has told how many it has taken in all. */
    synchronized void taken(long total) {
        taken = total;
        notifyAll();
    }
}
