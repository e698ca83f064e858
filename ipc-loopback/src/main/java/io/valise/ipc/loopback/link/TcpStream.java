package io.valise.ipc.loopback.link;

import io.valise.ipc.PeerIdentity;
import io.valise.ipc.loopback.loop.Sockets;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.stream.ByteStream;
import io.valise.ipc.spi.stream.StreamLink;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An authenticated TCP connection. A thread that reads or writes does so on the socket itself, a thread that waits does
 * so by a selector of this stream. The process's readiness loop touches it only while it is armed, where the system
 * refuses a selector, and after it was closed.
 */
public final class TcpStream implements ByteStream {
    private final SocketChannel channel;
    private final Watch watch;
    private final ByteBuffer surplus;
    private final SocketWaiter arrival;
    private final SocketWaiter room;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile boolean ended;
    private Runnable readable = () -> {};

    private TcpStream(SocketChannel channel, Watch watch, ByteBuffer surplus) {
        this.channel = channel;
        this.watch = watch;
        this.surplus = surplus;
        arrival = new SocketWaiter(channel, SelectionKey.OP_READ, watch::arm);
        room = new SocketWaiter(channel, SelectionKey.OP_WRITE, watch::armWrite);
    }

    /**
     * Takes over a socket whose handshake is done. When it throws, the socket is still the caller's.
     *
     * @param channel in non-blocking mode
     * @param watch the channel's, armed for nothing; the link's from now on
     * @param surplus what arrived behind the handshake; the link's from now on
     */
    public static Link link(SocketChannel channel, Watch watch, ByteBuffer surplus) {
        TcpStream stream = new TcpStream(channel, watch, surplus);
        Link link = new StreamLink(stream, PeerIdentity.ofSecret());
        watch.handTo(stream::fire);
        SelectorPool.SHARED.join();
        return link;
    }

    /** As {@link #link(SocketChannel, Watch, ByteBuffer)}, for a socket that was not watched before. */
    public static Link link(SocketChannel channel, ByteBuffer surplus) {
        return link(channel, new Watch(channel, () -> {}), surplus);
    }

    @Override
    public void onReadable(Runnable callback) {
        readable = callback;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (surplus.hasRemaining()) {
            return takeSurplus(into);
        }
        int count = channel.read(into);
        if (count < 0) {
            ended = true;
        }
        return count;
    }

    private int takeSurplus(ByteBuffer into) {
        int count = Math.min(surplus.remaining(), into.remaining());
        into.put(surplus.slice().limit(count));
        surplus.position(surplus.position() + count);
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return channel.write(from);
    }

    /** The kernel already has what was written. */
    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public void awaitReadable(long nanos) {
        if (!surplus.hasRemaining()) {
            arrival.sleep(nanos);
        }
    }

    @Override
    public void wake() {
        arrival.wake();
    }

    @Override
    public void awaitWritable(long nanos) {
        room.sleep(nanos);
    }

    @Override
    public void rest() {
        arrival.retire();
    }

    @Override
    public void arm() {
        if (surplus.hasRemaining()) {
            readable.run();
        } else {
            watch.arm();
        }
    }

    private void fire() {
        arrival.ready();
        room.ready();
        readable.run();
    }

    @Override
    public boolean isOpen() {
        return open.get();
    }

    @Override
    public void close() {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        // Done by the calling thread: the end of the stream is sent even if the process exits next.
        boolean peerIsThere = endOutput();
        arrival.close();
        room.close();
        if (ended || !peerIsThere) {
            end();
        } else {
            new LingeringClose(channel, watch).begin(this::end);
        }
    }

    private boolean endOutput() {
        try {
            channel.shutdownOutput();
            return true;
        } catch (IOException e) {
            SafeLog.of(TcpStream.class).log(Level.DEBUG, "the peer has gone before the end of the stream", e);
            return false;
        }
    }

    private void end() {
        Sockets.closeQuietly(channel);
        watch.cancel();
        SelectorPool.SHARED.leave();
    }
}
