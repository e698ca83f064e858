package io.valise.ipc.spi;

import io.valise.ipc.PeerIdentity;
import java.nio.ByteBuffer;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A connection that carries frames, opaque byte strings of 1 to {@link #maxFrameBytes()} bytes, both ways: whole,
 * unchanged, in order, each exactly once, until it ends.
 *
 * <p>The two directions are independent. <b>Sending</b> ({@link #claim}, {@link #commit}, {@link #abort},
 * {@link #flush}, {@link #awaitWritable}) is done by one thread at a time: the engine holds its send lock.
 * <b>Receiving</b> ({@link #poll}, {@link #await}, {@link #arm}) is done by one thread at a time: the engine's read
 * right moves from thread to thread, most often to the very thread that waits for a reply. The move happens-before the
 * next call. {@link #await} alone may still be running in a thread that has lost the right; {@link #wake} ends it.
 * {@link #wake}, {@link #close} and the getters may be called by any thread at any time.
 *
 * <p>No method reacts to {@link Thread#interrupt} by closing the link; the two that block return early when the thread
 * is interrupted and leave its interrupt status set.
 *
 * <p>A failure of the medium or a violation by the peer is an {@link io.valise.ipc.IpcException}: {@code PROTOCOL_ERROR}
 * for bytes that cannot be, {@code PEER_DIED} for a medium that broke. {@code RESOURCE_EXHAUSTED} from {@link #await},
 * {@link #arm} or {@link #awaitWritable} says that this process lacks for now what the wait needs, such as a descriptor or
 * a thread: the link is as good as before, and the engine looks at it again. After {@link #close} every method returns at once
 * or throws {@code CONNECTION_CLOSED}; none touches freed memory.
 *
 * @since 0.1.0
 */
public interface Link extends AutoCloseable {
    /** What {@link #poll} returns once the peer has ended the link and every frame before the end was delivered. */
    int END = -1;

    /** The longest frame this link carries, in bytes; the same at both ends; at least 4096. */
    int maxFrameBytes();

    /** What is known of the process at the other end, and what authenticates it. */
    PeerIdentity peer();

    /**
     * Reserves space for one frame in the transport's own buffer.
     *
     * @param maxLength bytes to reserve, 1 to {@link #maxFrameBytes()}
     * @return a big-endian view with {@code remaining() == maxLength}, valid until {@link #commit} or {@link #abort};
     *     or null when there is no room now: then {@link #awaitWritable}. The view may be over memory the peer can
     *     write to: never read back from it
     */
    @Nullable ByteBuffer claim(int maxLength);

    /** Completes the claimed frame with the first {@code length} (1 to the claimed length) bytes of the view. */
    void commit(int length);

    /** Gives the claimed space back; the peer never sees it. */
    void abort();

    /**
     * Makes committed frames visible to the peer and wakes it if it sleeps: one wake-up for many frames, none when the
     * peer is awake. Does not block. A peer may see committed frames earlier.
     *
     * @return false when the medium took only part: call again after {@link #awaitWritable}
     */
    boolean flush();

    /**
     * Blocks until {@link #claim} or {@link #flush} can make progress. May return early.
     *
     * @param nanos how long at most, in nanoseconds
     */
    void awaitWritable(long nanos);

    /**
     * Delivers frames that have arrived, without blocking.
     *
     * @param limit how many frames at most, positive
     * @return how many were delivered, or {@link #END}
     */
    int poll(FrameHandler handler, int limit);

    /**
     * Whether the last {@link #poll} took all that had arrived when it looked, so that the next one, made at once, would
     * hardly find more: the engine leaves that one out, and waits. For media where a look is a call of the system. For the
     * thread that receives.
     */
    default boolean isDrained() {
        return false;
    }

    /**
     * Checks that the frame that is being delivered was there while it was read. A {@link FrameHandler} calls it when it
     * has copied what it needs, and acts upon that only when this returns. For media that can lose a part meanwhile, as a
     * mapped file can that another process truncates; this one does nothing.
     *
     * @throws io.valise.ipc.IpcException {@code PROTOCOL_ERROR} when what was read may be torn
     */
    default void checkWhole() {}

    /**
     * Blocks until {@link #poll} has something to deliver (a frame or the end), {@link #wake} is called, or the time is
     * up. May return early. A wake-up is never lost: what arrived after the last poll ends the wait.
     *
     * @param nanos how long at most, in nanoseconds
     */
    void await(long nanos);

    /**
     * Leaves the waiting to the transport: {@code readable} is called once, on any thread, as soon as {@link #poll} has
     * something to deliver, at once if it has already. It returns quickly. A later call replaces an earlier one that has
     * not fired; one that fires although a thread polled meanwhile is harmless. An armed link costs no thread.
     */
    void arm(Runnable readable);

    /**
     * How much of the room for frames to the peer is taken, from 0 to 1: by frames that the peer has not read, as far as
     * that is known. Empty where the medium does not say, and when the link is closed. Read by monitoring, now and then.
     */
    default OptionalDouble occupancy() {
        return OptionalDouble.empty();
    }

    /** Makes the current {@link #await}, or else the next one, return at once. */
    void wake();

    /**
     * Ends the link and frees what it holds. Frames flushed before reach the peer, then its {@link #poll} returns
     * {@link #END}. A thread blocked in this link returns. Idempotent.
     */
    @Override
    void close();

    /**
     * Receives frames from {@link #poll}, on the polling thread.
     *
     * @since 0.1.0
     */
    @FunctionalInterface
    interface FrameHandler {
        /**
         * Takes one frame.
         *
         * @param frame a big-endian view, from its position to its limit exactly the frame, valid until this method
         *     returns; where the medium is shared memory the peer can change it at any time: read each byte once
         * @return false to end this poll after this frame
         */
        boolean onFrame(ByteBuffer frame);
    }
}
