package io.valise.ipc.services.launch;

import io.valise.ipc.IpcConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A helper that runs and is connected. It is told to end when this is closed or this process ends. Thread-safe.
 *
 * @since 0.1.0
 */
public final class RunningHelper implements AutoCloseable {
    private final Child child;
    private final LaunchListener listener;
    private final IpcConnection connection;
    private final CompletableFuture<Integer> exited;

    RunningHelper(Child child, LaunchListener listener, IpcConnection connection) {
        this.child = child;
        this.listener = listener;
        this.connection = connection;
        this.exited = child.exit().whenComplete((status, failure) -> listener.close());
    }

    /** The connection to it, for calls both ways; it ends when the helper does. */
    public IpcConnection connection() {
        return connection;
    }

    /** Its process. */
    public long pid() {
        return child.pid();
    }

    /** Its exit status, once it has ended and the connection to it is closed. */
    public CompletionStage<Integer> exited() {
        return exited.minimalCompletionStage();
    }

    /** Closes the connection, which tells the helper to end; one that still runs two seconds later is killed. */
    @Override
    public void close() {
        listener.close();
        child.killAfterGrace();
    }
}
