package io.valise.ipc.loopback.link;

import io.netty.channel.nio.NioIoOps;
import io.valise.ipc.loopback.loop.LoopChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * The last stage of a socket whose own stream has ended: reads on until the peer has ended its own. Closing at once
 * instead would, whenever the peer has sent something that nobody read, make the kernel reset the connection and throw
 * away what is on its way (RFC 1122 4.2.2.13, RFC 2525 2.17). Bounded in time. On the loop's thread.
 */
final class Farewell implements LoopChannel.Stage {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int READS_AT_ONCE = 16;
    private static final int SCRAP_BYTES = 8 * 1024;

    private final LoopChannel socket;
    private final SocketChannel channel;

    Farewell(LoopChannel socket, SocketChannel channel) {
        this.socket = socket;
        this.channel = channel;
    }

    /**
     * Begins.
     *
     * @param peerEnded whether nothing will come any more
     */
    void begin(boolean peerEnded) {
        if (socket.isClosed()) {
            return;
        }
        if (peerEnded) {
            socket.close();
            return;
        }
        socket.onClose(socket.loop().schedule(socket::close, PATIENCE_NANOS));
        socket.enter(this, NioIoOps.READ);
    }

    @Override
    public void ready(NioIoOps ops) throws IOException {
        ByteBuffer scrap = ByteBuffer.allocate(SCRAP_BYTES);
        for (int i = 0; i < READS_AT_ONCE; i++) {
            int count = channel.read(scrap.clear());
            if (count < 0) {
                socket.close();
            }
            if (count <= 0) {
                return;
            }
        }
    }

    @Override
    public void failed(LoopChannel broken, Throwable why) {
        // The peer is gone: nobody is left to take leave of.
        broken.close();
    }
}
