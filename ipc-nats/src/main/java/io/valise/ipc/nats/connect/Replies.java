package io.valise.ipc.nats.connect;

/**
 * How much of what any process may ask for is answered between two writes to the broker. No credit bounds such answers, and who
 * asks by a few bytes may have many sent: more than one write takes would wait for the broker, without end. What is beyond that is
 * not answered; who asks seriously asks again. Thread-safe.
 */
final class Replies {
    /** Half of what the client library takes into one write. */
    static final int MOST = 500;

    /** The names of a thousand servers, and less than one write takes. */
    static final int MOST_BYTES = 112 << 10;

    private long writesBefore = -1; // guarded by this, as what follows is
    private int count;
    private int bytes;

    /**
     * Counts one that is about to be sent; returns whether it may be.
     *
     * @param writes how many there have been by now
     */
    synchronized boolean mayAdd(long writes, int length) {
        if (writes != writesBefore) {
            writesBefore = writes;
            count = 0;
            bytes = 0;
        }
        boolean may = count < MOST && length <= MOST_BYTES - bytes;
        if (may) {
            count++;
            bytes += length;
        }
        return may;
    }
}
