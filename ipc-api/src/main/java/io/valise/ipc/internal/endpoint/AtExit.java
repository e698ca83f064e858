package io.valise.ipc.internal.endpoint;

import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.spi.runtime.ShutdownHook;
import io.valise.ipc.spi.runtime.Threads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a server has to do with the exit of its JVM: it puts it off, is closed by it, both or neither. Belongs to one
 * server. Set up by one thread; {@link #end} is thread-safe.
 */
public final class AtExit {
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    private boolean keepAlive;
    private @Nullable Duration grace;
    private volatile @Nullable ShutdownHook hook;

    /** Whether the JVM lives until the server is closed. */
    public void keepAlive(boolean yes) {
        keepAlive = yes;
    }

    /**
     * Has the exit of the JVM close the server.
     *
     * @param atMost how long it waits for what is under way; zero closes at once
     * @throws IllegalArgumentException when it is negative
     */
    public void closeAfter(Duration atMost) {
        if (atMost.isNegative()) {
            throw new IllegalArgumentException("closeOnExit: must not be negative, limit=PT0S, actual=" + atMost);
        }
        grace = atMost;
    }

    /**
     * Begins, before the server has an address that would have to be freed.
     *
     * @throws IllegalStateException when the exit, which is to close the server, has begun
     * @throws io.valise.ipc.IpcException {@code RESOURCE_EXHAUSTED} when the system refuses a thread
     */
    void begin(ServerCore server) {
        Duration atMost = grace;
        if (atMost != null) {
            addHook(() -> close(server, atMost));
        }
        if (keepAlive) {
            Thread keeper = Threads.daemon("valise-keep-alive", ended::join); // keeps the future alone in memory
            keeper.setDaemon(false);
            Threads.start(keeper);
        }
    }

    private void addHook(Runnable closing) {
        try {
            hook = ShutdownHook.add("valise-close-on-exit", closing);
        } catch (IllegalStateException e) {
            throw new IllegalStateException("closeOnExit: this JVM is exiting already; start no server now", e);
        }
    }

    private static void close(ServerCore server, Duration grace) {
        try {
            if (!grace.isZero()) {
                server.shutdown(Deadline.nanos("grace", grace));
            }
        } finally {
            server.close();
        }
    }

    /** The server is closed: lets the JVM exit, and forgets the server. Idempotent. */
    void end() {
        ended.complete(null);
        ShutdownHook added = hook;
        if (added != null) {
            added.remove();
            hook = null;
        }
    }
}
