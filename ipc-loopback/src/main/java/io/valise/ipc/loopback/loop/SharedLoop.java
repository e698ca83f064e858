package io.valise.ipc.loopback.loop;

import io.netty.channel.ChannelException;
import io.netty.channel.nio.NioEventLoop;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.nio.NioTask;
import io.netty.util.concurrent.Future;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loop that all loopback servers of this process share while there are any: one daemon thread, named
 * {@code valise-loopback-io}. It begins with its first user and ends with its last. Thread-safe.
 */
public final class SharedLoop {
    /** Logs the exceptions of a task: Netty's own log may throw, and would end the thread. */
    private static final String TASK = "a task of the loopback loop";

    private static final String THREAD = "valise-loopback-io";

    private static @Nullable SharedLoop current;

    private final NioEventLoopGroup group;
    private final NioEventLoop loop;
    private int users;

    private SharedLoop() {
        try {
            NettyLogging.prepare();
            group = group();
            loop = (NioEventLoop) group.next();
            begin();
        } catch (IllegalStateException | ChannelException e) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "cannot open a selector (" + e.getCause() + "): check ulimit -n",
                    Delivery.NOT_SENT,
                    e);
        } catch (LinkageError e) {
            throw InstalledNetty.unfit(e);
        }
    }

    /** Netty 4.2 has a new API for this and keeps this one, which 4.1 has too. */
    @SuppressWarnings("deprecation")
    private static NioEventLoopGroup group() {
        return new NioEventLoopGroup(1, SharedLoop::thread);
    }

    /** Starts the thread, which Netty does with the first task: a server must fail now if there is no thread. */
    private void begin() {
        try {
            loop.execute(() -> {});
        } catch (OutOfMemoryError e) {
            end();
            throw Threads.refused(THREAD, e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // No thread waits for its end.
    private void end() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private static Thread thread(Runnable work) {
        return Threads.daemon(THREAD, work);
    }

    /**
     * Adds the caller as a user, which must {@link #leave} once.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when the system has no descriptors or no thread for it
     */
    public static SharedLoop join() {
        synchronized (SharedLoop.class) {
            SharedLoop joined = current;
            if (joined == null) {
                joined = begun();
                current = joined;
            }
            joined.users++;
            return joined;
        }
    }

    /**
     * Netty keeps exceptions of its initialisation; their stack traces would keep the application's classes reachable.
     */
    private static SharedLoop begun() {
        try {
            return Threads.callOnNewThread("valise-loopback-start", SharedLoop::new);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IpcException refused) {
                throw refused;
            }
            throw new IllegalStateException("the event loop did not start", e.getCause());
        }
    }

    /** Removes a user; the last one ends the loop and waits for that, at most a second. */
    public void leave() {
        synchronized (SharedLoop.class) {
            users--;
            if (users > 0) {
                return;
            }
            current = null;
        }
        end();
        if (!loop.inEventLoop()) { // it loads classes when it ends, and the class loader may be closed by then
            group.terminationFuture().awaitUninterruptibly(1, TimeUnit.SECONDS);
        }
    }

    /** Runs a task on the loop's thread; tasks run in the order they were given. For users that have not left. */
    public void execute(Runnable task) {
        loop.execute(() -> Threads.run(TASK, task));
    }

    /**
     * Runs a task on the loop's thread and returns when it has run, also when the caller is interrupted. For users that
     * have not left.
     */
    public void run(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.submit(() -> Threads.run(TASK, task)).syncUninterruptibly();
        }
    }

    /**
     * Returns when the kernel has freed the port of a channel that was closed on the loop's thread: a registered socket
     * stays open up to the selector's next select. Returns at once on the loop's own thread, which cannot wait for
     * itself.
     */
    public void awaitRelease(SelectableChannel closed) {
        while (!loop.inEventLoop()
                && loop.submit(closed::isRegistered).syncUninterruptibly().getNow()) {
            Thread.onSpinWait();
        }
    }

    /**
     * Runs a task on the loop's thread after a time.
     *
     * @return cancels it
     */
    public Runnable schedule(Runnable task, long nanos) {
        Future<?> scheduled = loop.schedule(() -> Threads.run(TASK, task), nanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    /**
     * Registers a channel, or changes its operations, on the loop's thread.
     *
     * @throws IOException when the loop refuses it
     */
    void watch(SelectableChannel channel, int operations, NioTask<SelectableChannel> told) throws IOException {
        try {
            loop.register(channel, operations, told);
        } catch (RuntimeException e) { // each version of Netty throws another exception for a closed channel
            throw new IOException("the event loop did not take the socket", e);
        }
    }
}
