package io.valise.ipc.spi.runtime;

/**
 * How many of a kind of message may be logged in a time: what a peer or a shortage can cause a thousand times a second must
 * not fill a disk. The time begins with the first message. Thread-safe.
 *
 * @since 0.1.0
 */
public final class RateLimit {
    private final int most;
    private final long windowNanos;
    private long begun; // guarded by this, as the rest
    private long asked;
    private long suppressed;

    /**
     * Allows so many.
     *
     * @param most messages in a window, at least 1
     * @param windowNanos its length, in nanoseconds
     */
    public RateLimit(int most, long windowNanos) {
        this.most = most;
        this.windowNanos = windowNanos;
    }

    /**
     * Asks for one message.
     *
     * @param now of {@link System#nanoTime}
     * @return positive when it may be logged; 0 for the first of this window that may not, negative for the others
     */
    public synchronized long take(long now) {
        if (asked > 0 && now - begun >= windowNanos) {
            suppressed += Math.max(0, asked - most);
            asked = 0;
        }
        if (asked == 0) {
            begun = now;
        }
        return most - asked++;
    }

    /** How many of earlier windows could not be logged; counts anew from here. */
    public synchronized long takeSuppressed() {
        long count = suppressed;
        suppressed = 0;
        return count;
    }
}
