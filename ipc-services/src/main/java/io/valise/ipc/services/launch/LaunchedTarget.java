package io.valise.ipc.services.launch;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A target that was started, with the connection to it, over which files that it returns are redeemed. A target that has
 * returned one waits until this is closed. Thread-safe.
 *
 * @since 0.1.0
 */
public final class LaunchedTarget implements AutoCloseable {
    private final Child child;
    private final LaunchListener listener;
    private final Report report;

    private LaunchedTarget(Child child, LaunchListener listener, Report report) {
        this.child = child;
        this.listener = listener;
        this.report = report;
    }

    /** Of a child that was just started. */
    static LaunchedTarget of(Child child, LaunchListener listener, Report report) {
        child.atEnd(status -> {
            listener.close();
            IpcException why = new IpcException(
                    status == 0 ? IpcStatus.CANCELLED : IpcStatus.PEER_DIED,
                    child.exitMessage(status) + "; it reported no result");
            listener.connection().completeExceptionally(why);
            report.end(why);
        });
        report.whenNotWaitedFor(child::kill);
        return new LaunchedTarget(child, listener, report);
    }

    /**
     * What the target reports. Cancelling or completing the future kills the target.
     *
     * @return fails with an {@link IpcException}: {@code CANCELLED} when the target ends with status 0 and without a report,
     *     {@code PEER_DIED} when it ends otherwise
     */
    public CompletableFuture<ValueSet> result() {
        return report.result();
    }

    /**
     * The connection to the target, once it has come in; it ends when the target does.
     *
     * @return a copy, which fails as {@link #result()} when the target ends before that
     */
    public CompletableFuture<IpcConnection> connection() {
        return listener.connection().copy();
    }

    /** Its process. */
    public long pid() {
        return child.pid();
    }

    /** Its exit status, once it has ended. */
    public CompletionStage<Integer> exited() {
        return child.exit().minimalCompletionStage();
    }

    /**
     * Closes the connection, which tells the target to end; one that still runs two seconds later is killed, and one that
     * has not reported at once. Then {@link #result()} is cancelled.
     */
    @Override
    public void close() {
        report.result().cancel(false);
        listener.close();
        child.killAfterGrace();
    }
}
