package io.valise.ipc.testkit.link;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a link, driven as the engine drives it: sends by one thread at a time, receives by one thread at a time.
 * Waits have no timeout, so that a lost wake-up is a hang that the watchdog reports; an interrupt ends it as an {@link
 * AssertionError}.
 */
public final class LinkEnd {
    /** Longer than any test. */
    public static final long FOREVER = Long.MAX_VALUE;

    private final Link link;
    private final Deque<byte[]> received = new ArrayDeque<>();

    /** Drives a link. */
    public LinkEnd(Link link) {
        this.link = link;
    }

    /** The link driven. */
    public Link link() {
        return link;
    }

    /** Bytes that very probably differ from those of any other seed. */
    public static byte[] frame(long seed, int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    /** Sends one frame and flushes; waits for space. */
    public void send(byte[] frame) {
        write(frame);
        flush();
    }

    /** Commits one frame; waits for space. */
    public void write(byte[] frame) {
        while (!tryWrite(frame)) {
            flush();
            awaitWritable();
        }
    }

    /** Commits one frame if there is space now. */
    public boolean tryWrite(byte[] frame) {
        ByteBuffer space = link.claim(frame.length);
        if (space == null) {
            return false;
        }
        space.put(frame);
        link.commit(frame.length);
        return true;
    }

    /** Flushes everything; waits for space. */
    public void flush() {
        while (!link.flush()) {
            awaitWritable();
        }
    }

    private void awaitWritable() {
        link.awaitWritable(FOREVER);
        failIfInterrupted();
    }

    /** Waits for the next frame. */
    public byte[] receive() {
        byte[] frame = receiveOrEnd();
        if (frame == null) {
            throw new AssertionError("the link ended where a frame was expected");
        }
        return frame;
    }

    /** Waits for the next frame; null at the end. */
    public byte @Nullable [] receiveOrEnd() {
        while (received.isEmpty()) {
            int delivered = poll(1);
            if (delivered == Link.END) {
                return null;
            }
            if (delivered == 0) {
                await();
            }
        }
        return received.remove();
    }

    /** Waits for the next frame, which must be this one. */
    public void expect(byte[] frame) {
        byte[] actual = receive();
        int mismatch = Arrays.mismatch(frame, actual);
        if (mismatch >= 0) {
            throw new AssertionError("another frame arrived: expected length=" + frame.length + ", actual length="
                    + actual.length + ", first difference at " + mismatch);
        }
    }

    /** Receives frames until the end. */
    public void forEachFrame(Consumer<byte[]> consumer) {
        for (byte[] frame = receiveOrEnd(); frame != null; frame = receiveOrEnd()) {
            consumer.accept(frame);
        }
    }

    /**
     * Waits for the end, in whichever form, and drops the frames before it.
     *
     * @return true for {@link Link#END}, false for {@code PEER_DIED}
     */
    public boolean awaitEnd() {
        try {
            forEachFrame(frame -> {});
            return true;
        } catch (IpcException e) {
            if (e.status() == IpcStatus.PEER_DIED) {
                return false;
            }
            throw e;
        }
    }

    /** Waits for the next frame or the end: it must be this frame, or the end in whichever form. */
    public void awaitEndOr(byte[] expected) {
        try {
            byte[] actual = receiveOrEnd();
            if (actual != null && !Arrays.equals(expected, actual)) {
                throw new AssertionError("another frame arrived: length=" + actual.length);
            }
        } catch (IpcException e) {
            if (e.status() != IpcStatus.PEER_DIED) {
                throw e;
            }
        }
    }

    /** Polls once, and keeps the frames for {@link #receive}. */
    public int poll(int limit) {
        return link.poll(
                view -> {
                    byte[] bytes = new byte[view.remaining()];
                    view.get(bytes);
                    return received.add(bytes);
                },
                limit);
    }

    private void await() {
        link.await(FOREVER);
        failIfInterrupted();
    }

    private static void failIfInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new AssertionError("interrupted while it waited");
        }
    }
}
