package io.valise.ipc.benchmarks.ring;

import java.io.Closeable;

/** One end of two one-way streams of messages of 64 bytes, of which the first eight are a number. For one thread. */
public interface MessagePort extends Closeable {
    /** Bytes of a message. */
    int MESSAGE_BYTES = 64;

    /** Bytes of each ring, for contenders with rings. */
    int RING_BYTES = 128 * 1_024;

    /** Sends a message; false when there is no space for it now. */
    boolean send(long number);

    /**
     * Receives messages.
     *
     * @param limit how many at most
     * @return how many there were
     */
    int receive(int limit);

    /** The number of the message received last. */
    long last();
}
