package io.valise.ipc.sharedmem.control;

import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.Registration;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.Function;

/**
 * The Unix domain socket beside the rings: authentication and negotiation, then the bells; its end means that the peer
 * is gone. It is read on the thread of the {@link ReadinessLoop} only. Thread-safe.
 */
public final class ControlChannel {

    /** What arrived on the channel being read; touched by the loop's thread only. */
    private static final ByteBuffer ARRIVED = ByteBuffer.allocateDirect(8192);

    /** Reads what arrives, on the loop's thread. */
    public interface Reader {
        /** Takes what has arrived; bytes it leaves go to the reader it put in its place. */
        void onBytes(ByteBuffer bytes);

        /** The peer closed the channel or is dead. Nothing comes after it, but perhaps itself once more. */
        void onEnd();
    }

    private final SocketChannel socket;
    private final Registration registration;
    private volatile Reader reader = new NoReader();
    private volatile boolean ended;

    /** Adds a connected non-blocking socket to the loop; it is read from the first {@link #readBy} on. */
    public ControlChannel(SocketChannel socket) {
        this.socket = socket;
        this.registration = ReadinessLoop.shared().register(socket, this::read);
    }

    /** What is made of the channel of a socket; when that fails, the socket is closed and has left the loop. */
    static <T> T taking(SocketChannel socket, Function<ControlChannel, T> use) {
        ControlChannel control = null;
        boolean done = false;
        try {
            control = new ControlChannel(socket);
            T made = use.apply(control);
            done = true;
            return made;
        } finally {
            if (!done && control != null) {
                control.close();
            } else if (!done) {
                UnixSockets.close(socket);
            }
        }
    }

    /**
     * Sets the reader, which learns of the end even if that came before. Called on the loop's thread, or when the peer
     * has nothing to send yet.
     */
    public void readBy(Reader next) {
        reader = next;
        if (ended) {
            next.onEnd();
        } else {
            registration.arm();
        }
    }

    /** Whether the peer has ended the channel, as far as can be seen now. Bytes that it sent may be lost by asking. */
    public boolean hasEnded() {
        return ended || readInto(ByteBuffer.allocate(1)) < 0;
    }

    /**
     * Writes a few bytes without blocking.
     *
     * @return whether all were written; if not, the peer has left many bytes unread, or is gone
     */
    public boolean send(ByteBuffer bytes) {
        try {
            socket.write(bytes);
            return !bytes.hasRemaining();
        } catch (IOException gone) {
            log().log(Level.TRACE, "the peer is gone, as reading will tell", gone);
            return false;
        }
    }

    /** Closes the socket: the peer sees the end. Idempotent. */
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            log().log(Level.DEBUG, "closing a control channel failed, its descriptor is free anyway", e);
        } finally {
            registration.cancel();
        }
    }

    private void read() {
        ByteBuffer bytes = ARRIVED.clear();
        if (readInto(bytes) < 0) {
            ended = true;
            reader.onEnd();
            return;
        }
        try {
            handOut(bytes.flip());
        } finally {
            registration.arm(); // Whatever a reader throws: the end of the peer must be seen.
        }
    }

    private void handOut(ByteBuffer bytes) {
        Reader current;
        do {
            current = reader;
            current.onBytes(bytes);
        } while (bytes.hasRemaining() && current != reader);
    }

    private int readInto(ByteBuffer bytes) {
        try {
            return socket.read(bytes);
        } catch (IOException broken) {
            log().log(Level.TRACE, "the peer is gone", broken);
            return -1;
        }
    }

    /** The reader before one is set. */
    private static final class NoReader implements Reader {
        @Override
        public void onBytes(ByteBuffer bytes) {
            throw new IllegalStateException("read before there was a reader");
        }

        @Override
        public void onEnd() {
            throw new IllegalStateException("read before there was a reader");
        }
    }

    /** Asked for when there is something to say: the first logger of a JVM takes 20 ms to start. */
    private static Logger log() {
        return SafeLog.of(ControlChannel.class);
    }
}
