package io.valise.ipc.loopback.link;

import io.netty.channel.nio.NioIoOps;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.loopback.loop.LoopChannel;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.stream.ByteStream;
import io.valise.ipc.spi.stream.StreamLink;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An authenticated TCP connection. Whoever reads or writes does so on the socket itself, whoever waits sleeps in a
 * selector of this stream: the process's event loop touches it only while it is armed, and after it was closed.
 */
public final class TcpStream implements ByteStream, LoopChannel.Stage {
    private static final Logger LOG = System.getLogger(TcpStream.class.getName());

    private final LoopChannel socket;
    private final SocketChannel channel;
    private final ByteBuffer surplus;
    private final Doze arrival;
    private final Doze room;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile boolean ended;
    private Runnable readable = () -> {};

    private TcpStream(LoopChannel socket, SocketChannel channel, ByteBuffer surplus) {
        this.socket = socket;
        this.channel = channel;
        this.surplus = surplus;
        arrival = new Doze(channel, socket.loop().selectors(), SelectionKey.OP_READ);
        room = new Doze(channel, socket.loop().selectors(), SelectionKey.OP_WRITE);
        socket.enter(this, NioIoOps.NONE);
    }

    /**
     * Takes over a socket whose handshake is done. On the loop's thread.
     *
     * @param surplus what arrived behind the handshake; the link's from now on
     */
    public static Link link(LoopChannel socket, SocketChannel channel, ByteBuffer surplus) {
        return new StreamLink(new TcpStream(socket, channel, surplus), PeerIdentity.ofSecret());
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

    /** The kernel has what was written. */
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
        socket.loop().execute(surplus.hasRemaining() ? this::fire : () -> socket.interest(NioIoOps.READ));
    }

    /** The loop's word that an armed stream has something to read. */
    @Override
    public void ready(NioIoOps ops) {
        socket.interest(NioIoOps.NONE);
        fire();
    }

    private void fire() {
        try {
            readable.run();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "what a link was armed with threw; the link lives on", e);
        }
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
        // Here and now, not on the loop: a process that exits next has said its farewell all the same.
        boolean peerIsThere = endOutput();
        arrival.close();
        room.close();
        socket.loop().execute(() -> new Farewell(socket, channel).begin(ended || !peerIsThere));
    }

    private boolean endOutput() {
        try {
            channel.shutdownOutput();
            return true;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "nobody is there to end the stream for", e);
            return false;
        }
    }
}
