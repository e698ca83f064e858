package io.valise.ipc.loopback.link;

import io.netty.channel.nio.NioIoOps;
import io.valise.ipc.loopback.loop.LoopChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * The last stage of a socket: writes what is left, ends the stream, and reads on until the peer has ended its own.
 * Closing at once instead would, whenever the peer has sent something that nobody read, make the kernel reset the
 * connection and throw away what is on its way (RFC 1122 4.2.2.13, RFC 2525 2.17). Bounded in time. On the loop's
 * thread.
 */
final class Farewell implements LoopChannel.Stage {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int READS_AT_ONCE = 16;

    private final LoopChannel socket;
    private final SocketChannel channel;
    private final Outbox outbox;
    private boolean written;

    Farewell(LoopChannel socket, SocketChannel channel, Outbox outbox) {
        this.socket = socket;
        this.channel = channel;
        this.outbox = outbox;
    }

    /**
     * Begins.
     *
     * @param peerEnded whether the peer's stream has ended and was read
     */
    void begin(boolean peerEnded) {
        if (socket.isClosed()) {
            return;
        }
        written = outbox.finish();
        if (written && peerEnded) {
            socket.close();
            return;
        }
        socket.onClose(socket.loop().schedule(socket::close, PATIENCE_NANOS));
        socket.enter(this, written ? NioIoOps.READ : NioIoOps.READ_AND_WRITE);
    }

    @Override
    public void ready(NioIoOps ops) throws IOException {
        if (!written && outbox.finish()) {
            written = true;
            socket.interest(NioIoOps.READ);
        }
        ByteBuffer scrap = Buffers.take(Buffers.SMALL);
        try {
            discard(scrap);
        } finally {
            Buffers.give(scrap);
        }
    }

    private void discard(ByteBuffer scrap) throws IOException {
        for (int i = 0; i < READS_AT_ONCE; i++) {
            int count = channel.read(scrap.clear());
            if (count < 0) {
                ended();
            }
            if (count <= 0) {
                return;
            }
        }
    }

    private void ended() {
        if (written) {
            socket.close();
        } else {
            socket.interest(NioIoOps.WRITE);
        }
    }

    @Override
    public void failed(LoopChannel broken, Throwable why) {
        // The peer is gone: nobody is left to take leave of.
        broken.close();
    }
}
