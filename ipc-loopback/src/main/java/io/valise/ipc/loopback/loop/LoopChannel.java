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
 * A socket on the {@link SharedLoop}: one that listens, or one whose peer has not been authenticated yet. What its
 * readiness means is up to its {@link Stage}. For the loop's thread only, but for {@link #loop()}.
 */
public final class LoopChannel implements NioTask<SelectableChannel> {
    private final SharedLoop loop;
    private final SelectableChannel channel;
    private Stage stage = () -> {};
    private @Nullable SelectionKey key;
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
        /** What was {@linkplain LoopChannel#enter waited for} can be done without blocking. */
        void ready() throws IOException;

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

    /**
     * Enters a stage, which is told of these operations from now on. Nothing happens when it has left.
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
        key = current; // not for good: Netty makes new keys when it replaces its selector
        if (left) {
            return;
        }
        try {
            stage.ready();
        } catch (Throwable e) {
            // Whatever it is, an OutOfMemoryError too, ends this socket and not the loop of all the others.
            Threads.run("ending a loopback socket", () -> stage.failed(this, e));
        }
    }

    /** The socket has left, or is about to fail by itself. */
    @Override
    public void channelUnregistered(SelectableChannel gone, @Nullable Throwable why) {}

    /** Leaves the loop and closes the socket, unless it was released. Idempotent. */
    public void close() {
        leave(() -> Sockets.closeQuietly(channel));
    }

    /** Leaves the loop; the socket stays open and is the caller's. Only for a stage that is ready. Idempotent. */
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
