package io.valise.ipc.nats.link;

/**
 * How much may be on its way to this process over one connection to a broker, beyond the little that each link has anyway: a
 * broker cuts off a client that does not read, with all its links, and what it has buffered for it is lost. Thread-safe.
 */
final class Credit {
    /** What each link may have on its way at any time, in bytes. */
    static final int BASE = 8 << 10;

    /** What a fresh link may have, if there is so much, in bytes. */
    static final int FIRST = 64 << 10;

    /** What one link may have at most. */
    static final int MOST = 1 << 20;

    private static final int ALL = 2 << 20;

    private int left = ALL;

    /** Takes as much of this as there is, and leaves half of the rest to others. */
    synchronized int take(int wanted) {
        int taken = Math.max(0, Math.min(wanted, left / 2));
        left -= taken;
        return taken;
    }

    /** Gives some back. */
    synchronized void give(int back) {
        left += back;
    }

    /** What is left, in bytes. */
    synchronized int left() {
        return left;
    }
}
