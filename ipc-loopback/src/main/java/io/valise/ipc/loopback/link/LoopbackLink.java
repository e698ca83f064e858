package io.valise.ipc.loopback.link;

import io.netty.channel.nio.NioIoOps;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.loopback.loop.LoopChannel;
import io.valise.ipc.spi.Link;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A link over an authenticated TCP connection. Whoever polls reads the socket, whoever flushes writes it, whoever waits
 * sleeps in a selector of this link: the process's event loop touches it only while it is armed, and after it was
 * closed. Threads as {@link Link} says.
 */
public final class LoopbackLink implements Link, LoopChannel.Stage {
    /** The longest frame in bytes. */
    public static final int MAX_FRAME_BYTES = 64 * 1024;

    private final LoopChannel socket;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Doze arrival;
    private final Doze room;
    private final Farewell farewell;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicReference<@Nullable Runnable> armed = new AtomicReference<>();

    /**
     * Takes over a socket whose handshake is done. On the loop's thread.
     *
     * @param surplus what arrived behind the handshake
     */
    public LoopbackLink(LoopChannel socket, SocketChannel channel, ByteBuffer surplus) {
        this.socket = socket;
        inbox = new Inbox(channel, surplus);
        outbox = new Outbox(channel);
        arrival = new Doze(channel, socket.loop().selectors(), SelectionKey.OP_READ);
        room = new Doze(channel, socket.loop().selectors(), SelectionKey.OP_WRITE);
        farewell = new Farewell(socket, channel, outbox);
        socket.enter(this, NioIoOps.NONE);
    }

    @Override
    public int maxFrameBytes() {
        return MAX_FRAME_BYTES;
    }

    @Override
    public PeerIdentity peer() {
        return PeerIdentity.ofSecret();
    }

    @Override
    public @Nullable ByteBuffer claim(int maxLength) {
        return outbox.claim(maxLength);
    }

    @Override
    public void commit(int length) {
        outbox.commit(length);
    }

    @Override
    public void abort() {
        outbox.abort();
    }

    @Override
    public boolean flush() {
        return outbox.flush();
    }

    @Override
    public void awaitWritable(long nanos) {
        if (!outbox.isEmpty()) {
            room.sleep(nanos, outbox::isEmpty);
        }
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("poll: limit must be positive, actual=" + limit);
        }
        return inbox.poll(handler, limit);
    }

    @Override
    public void await(long nanos) {
        if (!inbox.hasFrame()) {
            arrival.sleep(nanos, inbox::hasFrame);
        }
    }

    @Override
    public void arm(Runnable readable) {
        if (closed.get()) {
            throw LinkFailure.closed();
        }
        armed.set(readable);
        arrival.retire();
        inbox.idle();
        socket.loop().execute(inbox.hasFrame() ? this::fire : () -> socket.interest(NioIoOps.READ));
    }

    /** The loop's word that an armed link has something to deliver. */
    @Override
    public void ready(NioIoOps ops) {
        socket.interest(NioIoOps.NONE);
        fire();
    }

    private void fire() {
        Runnable readable = armed.getAndSet(null);
        if (readable == null || closed.get()) {
            return;
        }
        try {
            readable.run();
        } catch (RuntimeException e) {
            System.getLogger(LoopbackLink.class.getName())
                    .log(Level.WARNING, "what a link was armed with threw; the link lives on", e);
        }
    }

    @Override
    public void wake() {
        arrival.wake();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        armed.set(null);
        // Here and now, not on the loop: a process that exits next has said its farewell all the same.
        outbox.close();
        inbox.close();
        arrival.close();
        room.close();
        socket.loop().execute(() -> farewell.begin(inbox.hasEnded()));
    }
}
