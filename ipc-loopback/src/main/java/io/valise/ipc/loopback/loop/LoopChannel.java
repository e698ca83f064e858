package io.valise.ipc.loopback.loop;

import io.netty.channel.nio.NioTask;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * A socket on the {@link SharedLoop}: one that listens, or one whose peer has not been authenticated yet. Its {@link
 * Stage} handles readiness. For the loop's thread only, but for {@link #loop()}.
 */
public final class LoopChannel implements NioTask<SelectableChannel> {
    private final SharedLoop loop;
    private final SelectableChannel channel;
    private Stage stage = () -> {};
    private @Nullable SelectionKey key;
    private boolean left;

    /**
     * Adds a socket, which uses the loop until it is {@link #release released} or closed.
     *
     * @param loop joined by the caller on behalf of this socket, which leaves it
     * @param channel in non-blocking mode
     */
    public LoopChannel(SharedLoop loop, SelectableChannel channel) {
        this.loop = loop;
        this.channel = channel;
    }

    /** Called when a socket is ready. */
    @FunctionalInterface
    public interface Stage {
        /** The {@linkplain LoopChannel#enter awaited} operation is possible without blocking. */
        void ready() throws IOException;

        /** {@link #ready} threw. By default the socket is closed. */
        default void failed(LoopChannel socket, Throwable why) {
            SafeLog.of(LoopChannel.class).log(Level.WARNING, "a loopback socket was closed", why);
            socket.close();
        }
    }

    /** The loop it is on. */
    public SharedLoop loop() {
        return loop;
    }

    /**
     * Enters a stage, which is called for these operations from now on. Does nothing when the socket has left.
     *
     * @param operations those of {@link SelectionKey}, at least one
     * @throws IOException when the loop does not take the socket
     */
    public void enter(Stage next, int operations) throws IOException {
        if (!left) {
            stage = next;
            loop.watch(channel, operations, this);
        }
    }

    /** Waits for nothing until it {@linkplain #enter enters} a stage again. Only for a stage that was ready or has failed then. */
    public void pause() {
        if (key != null && key.isValid()) {
            key.interestOps(0);
        }
    }

    @Override
    public void channelReady(SelectableChannel ready, SelectionKey current) {
        key = current; // not kept for long: Netty makes new keys when it replaces its selector
        if (left) {
            return;
        }
        try {
            stage.ready();
        } catch (Throwable e) {
            // Any failure, also an OutOfMemoryError, ends this socket only and not the loop of all sockets.
            Threads.run("ending a loopback socket", () -> stage.failed(this, e));
        }
    }

    /** The socket has left, or will fail by itself. */
    @Override
    public void channelUnregistered(SelectableChannel gone, @Nullable Throwable why) {}

    /** Leaves the loop and closes the socket, unless it was released. Idempotent. */
    public void close() {
        leave(() -> Sockets.closeQuietly(channel));
    }

    /**
     * Leaves the loop; the socket stays open and belongs to the caller. Only for a stage that is ready. Idempotent.
     */
    public void release() {
        leave(() -> {
            if (key != null) {
                key.cancel();
            }
        });
    }

    private void leave(Runnable letGo) {
        if (left) {
            return;
        }
        left = true;
        letGo.run();
        loop.leave();
    }
}
