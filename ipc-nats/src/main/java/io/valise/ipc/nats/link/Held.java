package io.valise.ipc.nats.link;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes of one link that wait for the write before them, to become one message with those that follow: a broker, and each end,
 * has the same work for a short message as for a long one. What finds nothing being written does not wait. Guarded by the lock of
 * its stream.
 *
 * <p>Nothing waits in vain: while {@link #isBeingWritten} there is a write to come, after which the outlet calls. That may be
 * over at any moment, so a thread that has added bytes looks again ({@link #isDue}), and sends them if so.
 */
final class Held {
    /** As many become a message without waiting for more. */
    private static final int MOST = 16 << 10;

    /** More at once are not worth another copy. */
    private static final int SMALL = 2 << 10;

    private static final int FIRST = 512;
    private static final byte[] NOTHING = {};

    private final Outlet outlet;
    private final int most;
    private final Runnable afterWrite;
    private long writesBefore = -1;
    private boolean isAwaited;
    private byte[] bytes = NOTHING;
    private int length;

    /**
     * None yet.
     *
     * @param mostChunk the longest message of the link, without its head
     * @param afterWrite called by the outlet when it is time to send what is held, which then calls {@link #called}
     */
    Held(Outlet outlet, int mostChunk, Runnable afterWrite) {
        this.outlet = outlet;
        most = Math.min(MOST, mostChunk);
        this.afterWrite = afterWrite;
    }

    int length() {
        return length;
    }

    /** The outlet has a message of the link. */
    void published(long before) {
        writesBefore = before;
    }

    /** The outlet has called. */
    void called() {
        isAwaited = false;
    }

    /** Whether the link's last message may not be written yet. */
    private boolean isBeingWritten() {
        return outlet.writes() == writesBefore;
    }

    /** Whether so many bytes had better wait. */
    boolean takes(int count) {
        return count <= SMALL && isBeingWritten();
    }

    boolean hasRoom(int count) {
        return length + count <= most;
    }

    /** Adds bytes; if there is no memory for it, nothing has happened. */
    void add(ByteBuffer from, int count) {
        await();
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.max(FIRST, length + count), Math.min(most, 2 * bytes.length)));
        }
        from.get(bytes, length, count);
        length += count;
    }

    private void await() {
        if (!isAwaited) {
            outlet.afterWrite(afterWrite);
            isAwaited = true;
        }
    }

    /** Has the outlet call after another write, if there is memory for that. */
    void tryAwait() {
        try {
            await();
        } catch (OutOfMemoryError e) {
            // it is not awaited
        }
    }

    /** Whether the outlet will call after a write. */
    boolean isAwaited() {
        return isAwaited;
    }

    /** Whether there is something, and perhaps no write to come. */
    boolean isDue() {
        return length > 0 && !isBeingWritten();
    }

    /** Copies the bytes behind the head of a message. */
    void copyTo(byte[] message) {
        System.arraycopy(bytes, 0, message, Chunk.HEAD, length);
    }

    /** That message is sent. */
    void clear() {
        length = 0;
    }

    /** Frees the memory, unless something is in it. */
    void rest() {
        if (length == 0) {
            bytes = NOTHING;
        }
    }

    /** Nothing is sent any more. */
    void free() {
        clear();
        rest();
    }
}
