package io.valise.ipc.pipes.unix;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.pipes.stream.FrameReader;
import io.valise.ipc.pipes.stream.FrameWriter;
import io.valise.ipc.pipes.stream.Framing;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.Registration;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A link over a domain socket. The channel is always non-blocking, so an interrupt cannot close it; who waits, waits in
 * {@link ReadWaiter}, {@link WriteWaiter} or, when armed, leaves it to the {@link ReadinessLoop}.
 *
 * <p>{@code receiving} and {@code sending} say that a thread is inside one half of the link and its buffer. They never
 * make a thread wait: {@link #close} takes the buffers away from a half that nobody is in, and otherwise whoever is in
 * it does so on leaving. Both write a volatile before they read the other's, so one of them sees that it is its turn.
 */
final class SocketLink implements Link {
    private final SocketChannel channel;
    private final PeerIdentity peer;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final AtomicBoolean receiving = new AtomicBoolean();
    private final AtomicBoolean sending = new AtomicBoolean();
    private final ReadWaiter readWaiter;
    private final WriteWaiter writeWaiter = new WriteWaiter();
    private final AtomicReference<@Nullable Runnable> armed = new AtomicReference<>();
    private final Registration registration;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Takes over a non-blocking, connected channel. */
    SocketLink(SocketChannel channel, PeerIdentity peer) {
        this.channel = channel;
        this.peer = peer;
        this.reader = new FrameReader(channel);
        this.writer = new FrameWriter(channel);
        this.readWaiter = new ReadWaiter(channel);
        this.registration = ReadinessLoop.shared().register(channel, this::fire, writeWaiter::wake);
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
            return writer.flush();
        } finally {
            leaveSending();
        }
    }

    @Override
    public void awaitWritable(long nanos) {
        if (!closed.get() && !writer.isEmpty()) {
            writeWaiter.await(registration, nanos);
        }
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        enter(receiving);
        try {
            return reader.poll(handler, limit);
        } finally {
            leaveReceiving();
        }
    }

    @Override
    public void await(long nanos) {
        if (!closed.get() && !reader.isDeliverable()) {
            readWaiter.await(nanos);
        }
    }

    @Override
    public void arm(Runnable readable) {
        if (closed.get()) {
            return;
        }
        readWaiter.rest();
        if (receiving.compareAndSet(false, true)) {
            reader.releaseIfEmpty();
            leaveReceiving();
        }
        armed.set(readable);
        if (reader.isDeliverable()) {
            fire();
        } else {
            registration.arm();
        }
    }

    @Override
    public void wake() {
        readWaiter.wake();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        readWaiter.close();
        closeChannel();
        registration.cancel();
        writeWaiter.close();
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
            reader.release(); // Entered for good: nobody comes back to a closed link.
        }
        if (sending.compareAndSet(false, true)) {
            writer.release();
        }
    }

    private void closeChannel() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(SocketLink.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing a connection failed, its descriptor is free anyway", e);
        }
    }
}
