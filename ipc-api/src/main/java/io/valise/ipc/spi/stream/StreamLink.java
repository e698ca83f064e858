package io.valise.ipc.spi.stream;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Link;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A link over a stream of bytes: frames by {@link FrameReader} and {@link FrameWriter}, waiting by the {@link ByteStream}.
 *
 * <p>{@code receiving} and {@code sending} say that a thread is inside one half of the link and its buffer. They never
 * make a thread wait: {@link #close} takes the buffers away from a half that no thread is in, and otherwise the thread that is in
 * it does so on leaving. Both write a volatile before they read the other's, so one of them sees that it is its turn.
 *
 * @since 0.1.0
 */
public final class StreamLink implements Link {
    private final ByteStream stream;
    private final PeerIdentity peer;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final AtomicBoolean receiving = new AtomicBoolean();
    private final AtomicBoolean sending = new AtomicBoolean();
    private final AtomicReference<@Nullable Runnable> armed = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Takes over a connected stream. */
    public StreamLink(ByteStream stream, PeerIdentity peer) {
        this.stream = stream;
        this.peer = peer;
        this.reader = new FrameReader(stream);
        this.writer = new FrameWriter(stream);
        stream.onReadable(this::fire);
    }

    @Override
    public int maxFrameBytes() {
        return Framing.MAX_FRAME_BYTES;
    }

    @Override
    public PeerIdentity peer() {
        return peer;
    }

    /** Sending stays entered until {@link #commit} or {@link #abort}: the view is in use. */
    @Override
    public @Nullable ByteBuffer claim(int maxLength) {
        enter(sending);
        ByteBuffer view = null;
        try {
            view = writer.claim(maxLength);
            return view;
        } finally {
            if (view == null) {
                leaveSending();
            }
        }
    }

    @Override
    public void commit(int length) {
        if (closed.get()) {
            leaveSending();
            throw cannotEnter();
        }
        writer.commit(length);
        leaveSending();
    }

    @Override
    public void abort() {
        writer.abort();
        leaveSending();
    }

    @Override
    public boolean flush() {
        enter(sending);
        try {
            return writer.flush() && push();
        } finally {
            leaveSending();
        }
    }

    private boolean push() {
        try {
            return stream.flush();
        } catch (IOException e) {
            throw FrameWriter.failed(e);
        }
    }

    @Override
    public void awaitWritable(long nanos) {
        if (!closed.get()) {
            stream.awaitWritable(nanos);
        }
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("poll: limit must be positive, actual=" + limit);
        }
        enter(receiving);
        try {
            return reader.poll(handler, limit);
        } finally {
            leaveReceiving();
        }
    }

    @Override
    public boolean isDrained() {
        return reader.isDrained();
    }

    @Override
    public void await(long nanos) {
        if (!closed.get() && !reader.isDeliverable()) {
            stream.awaitReadable(nanos);
        }
    }

    @Override
    public void arm(Runnable readable) {
        if (closed.get()) {
            return;
        }
        stream.rest();
        if (receiving.compareAndSet(false, true)) {
            reader.rest();
            leaveReceiving();
        }
        armed.set(readable);
        if (reader.isDeliverable()) {
            fire();
        } else {
            stream.arm();
        }
    }

    @Override
    public void wake() {
        stream.wake();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        stream.close();
        armed.set(null);
        takeBuffers();
    }

    private void fire() {
        Runnable readable = armed.getAndSet(null);
        if (readable != null) {
            readable.run();
        }
    }

    private void enter(AtomicBoolean half) {
        if (closed.get() || !half.compareAndSet(false, true)) {
            throw cannotEnter();
        }
    }

    private RuntimeException cannotEnter() {
        return closed.get()
                ? new IpcException(IpcStatus.CONNECTION_CLOSED, "this end of the connection is closed")
                : new IllegalStateException("a claimed frame is neither committed nor aborted, or two threads at once"
                        + " send or receive on one link");
    }

    private void leaveReceiving() {
        receiving.set(false);
        takeBuffersIfClosed();
    }

    private void leaveSending() {
        sending.set(false);
        takeBuffersIfClosed();
    }

    private void takeBuffersIfClosed() {
        if (closed.get()) {
            takeBuffers();
        }
    }

    private void takeBuffers() {
        if (receiving.compareAndSet(false, true)) {
            reader.release(); // Entered for good: no thread comes back to a closed link.
        }
        if (sending.compareAndSet(false, true)) {
            writer.release();
        }
    }
}
