package io.valise.ipc.loopback.loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoEvent;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/**
 * A socket on the {@link SharedLoop}. What its readiness means depends on the {@link Stage} of life it is in: a socket
 * connects, is authenticated, then lies watched while its link is idle, and says farewell. For the loop's thread only,
 * but for {@link #loop()}.
 */
public final class LoopChannel implements NioIoHandle {
    private final SharedLoop loop;
    private final SelectableChannel channel;
    private Stage stage = ops -> {};
    private @Nullable IoRegistration registration;
    private Runnable onClose = () -> {};
    private boolean closed;

    /**
     * A socket that uses the loop until it is closed.
     *
     * @param loop joined by the caller on behalf of this socket, which leaves it
     * @param channel in non-blocking mode
     */
    public LoopChannel(SharedLoop loop, SelectableChannel channel) {
        this.loop = loop;
        this.channel = channel;
    }

    /** What a socket does when it is ready. */
    @FunctionalInterface
    public interface Stage {
        /** Something the stage was {@link LoopChannel#interest interested} in can be done without blocking. */
        void ready(NioIoOps ops) throws IOException;

        /** {@link #ready} threw. Unless this does otherwise the socket is closed. */
        default void failed(LoopChannel socket, Throwable why) {
            System.getLogger(LoopChannel.class.getName()).log(Level.WARNING, "a loopback socket was closed", why);
            socket.close();
        }
    }

    /** The loop it is on. */
    public SharedLoop loop() {
        return loop;
    }

    /** Begins to be watched, for nothing yet. */
    public void register() throws IOException {
        Future<IoRegistration> registered = loop.netty().register(this);
        if (!registered.isSuccess()) {
            throw new IOException("the event loop did not take the socket", registered.cause());
        }
        registration = registered.getNow();
    }

    /** Enters another stage of life, interested in these operations. */
    public void enter(Stage next, NioIoOps interest) {
        stage = next;
        interest(interest);
    }

    /** Is interested in these operations from now on. Nothing happens when it is closed. */
    public void interest(NioIoOps interest) {
        if (registration != null && !closed) {
            registration.submit(interest);
        }
    }

    @Override
    public SelectableChannel selectableChannel() {
        return channel;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        if (closed) {
            return;
        }
        try {
            stage.ready(((NioIoEvent) event).ops());
        } catch (Throwable e) {
            // Whatever it is, an OutOfMemoryError too, ends this socket and not the loop of all the others.
            stage.failed(this, e);
        }
    }

    /** Closes the socket and leaves the loop. Idempotent. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (registration != null) {
            registration.cancel();
        }
        Sockets.closeQuietly(channel);
        onClose.run();
        loop.leave();
    }

    /** Runs something when it is closed, instead of what was said before. */
    public void onClose(Runnable action) {
        onClose = action;
    }

    /** Whether it was closed. */
    public boolean isClosed() {
        return closed;
    }
}
