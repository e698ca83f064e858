package io.valise.ipc.benchmarks.flow;

/** What the taker of one sender's messages has taken. Used by one thread at a time. */
final class FlowCount {
    private final int bytes;
    private final int part;
    private long total;

    /** For messages of so many bytes. */
    FlowCount(int bytes) {
        this.bytes = bytes;
        part = FlowWindow.part(bytes);
    }

    /**
     * Counts a message.
     *
     * @return how many were taken in all, when it is time to tell the sender; else 0
     */
    long taken(int length) {
        if (length != bytes) {
            throw new IllegalStateException("message: needed=" + bytes + " bytes, actual=" + length);
        }
        total++;
        return total % part == 0 ? total : 0;
    }
}
