package io.valise.ipc.pipes.unix;

import io.valise.ipc.spi.runtime.LoopWait;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.Registration;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.spi.stream.ByteStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A domain socket. The channel is always non-blocking, so an interrupt cannot close it. A reader waits in {@link
 * ReadWaiter} or, when armed, is called back by the {@link ReadinessLoop}. A writer waits by {@link LoopWait}: full
 * buffers are rare and hold many bytes, so that the change of threads costs little there.
 */
final class SocketStream implements ByteStream {
    private final SocketChannel channel;
    private final ReadWaiter readWaiter;
    private final LoopWait room;
    private final Registration registration;
    private @Nullable Runnable readable;

    /** Takes over a non-blocking, connected channel. */
    SocketStream(SocketChannel channel) {
        this.channel = channel;
        this.readWaiter = new ReadWaiter(channel, this::arm);
        this.room = new LoopWait(this::armWrite);
        this.registration = ReadinessLoop.shared().register(channel, this::fire, room::tell);
    }

    @Override
    public void onReadable(Runnable callback) {
        readable = callback;
    }

    private void fire() {
        readWaiter.readable();
        if (readable != null) {
            readable.run();
        }
    }

    /**
     * A reset domain socket lost nothing that was sent to this end: the peer closed it, or died, with bytes unread that
     * this end had sent (unix(7)). It is treated as a normal end of the stream.
     */
    @Override
    public int read(ByteBuffer into) throws IOException {
        try {
            return channel.read(into);
        } catch (SocketException e) {
            if ("Connection reset".equals(e.getMessage())) {
                return -1;
            }
            throw e;
        }
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
        readWaiter.await(nanos);
    }

    @Override
    public void wake() {
        readWaiter.wake();
    }

    @Override
    public void awaitWritable(long nanos) {
        room.await(nanos, () -> !channel.isOpen());
    }

    @Override
    public void rest() {
        readWaiter.rest();
    }

    @Override
    public void arm() {
        registration.arm();
    }

    private void armWrite() {
        registration.armWrite();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        readWaiter.close();
        UnixSockets.close(channel);
        registration.cancel();
        room.tell();
    }
}
