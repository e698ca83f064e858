package io.valise.ipc.loopback.loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoEvent;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import io.netty.util.concurrent.Future;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/**
 * A socket on the {@link SharedLoop}: one that listens, or one whose peer has not been authenticated yet. What its
 * readiness means is up to its {@link Stage}. For the loop's thread only, but for {@link #loop()}.
 */
public final class LoopChannel implements NioIoHandle {
    private final SharedLoop loop;
    private final SelectableChannel channel;
    private Stage stage = ops -> {};
    private @Nullable IoRegistration registration;
    private Runnable onLeave = () -> {};
    private boolean left;

    /**
     * A socket that uses the loop until it is {@link #release released} or closed.
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
            SafeLog.of(LoopChannel.class).log(Level.WARNING, "a loopback socket was closed", why);
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

    /** Enters a stage, interested in these operations. */
    public void enter(Stage next, NioIoOps interest) {
        stage = next;
        interest(interest);
    }

    /** Is interested in these operations from now on. Nothing happens when it has left. */
    public void interest(NioIoOps interest) {
        if (registration != null && !left) {
            registration.submit(interest);
        }
    }

    @Override
    public SelectableChannel selectableChannel() {
        return channel;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        if (left) {
            return;
        }
        try {
            stage.ready(((NioIoEvent) event).ops());
        } catch (Throwable e) {
            // Whatever it is, an OutOfMemoryError too, ends this socket and not the loop of all the others.
            Threads.run("ending a loopback socket", () -> stage.failed(this, e));
        }
    }

    /** Leaves the loop and closes the socket, unless it was released. Idempotent. */
    @Override
    public void close() {
        leave(true);
    }

    /** Leaves the loop; the socket lives on and is the caller's. Idempotent. */
    public void release() {
        leave(false);
    }

    private void leave(boolean closing) {
        if (left) {
            return;
        }
        left = true;
        if (registration != null) {
            registration.cancel();
        }
        if (closing) {
            Sockets.closeQuietly(channel);
        }
        onLeave.run();
        loop.leave();
    }

    /** Runs something when it leaves, instead of what was said before. */
    public void onLeave(Runnable action) {
        onLeave = action;
    }
}
