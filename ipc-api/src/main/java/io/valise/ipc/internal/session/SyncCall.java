package io.valise.ipc.internal.session;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A call whose thread waits. */
final class SyncCall extends PendingCall {
    private @Nullable ValueSet reply;
    private @Nullable Failure failure;
    private volatile boolean done;
    private volatile @Nullable Thread parked;

    SyncCall(long id, String service, long timeoutNanos) {
        super(id, service, timeoutNanos);
    }

    boolean isDone() {
        return done;
    }

    @Override
    Work complete(ValueSet value) {
        reply = value;
        finish();
        return NOTHING;
    }

    @Override
    Work fail(IpcStatus why, String message, Delivery known) {
        failure = new Failure(why, message, known);
        finish();
        return NOTHING;
    }

    private void finish() {
        done = true;
        wake();
    }

    /** Wakes the thread if it is parked, because the call is done or because it may read. */
    void wake() {
        Thread thread = parked;
        if (thread != null && thread != Thread.currentThread()) {
            LockSupport.unpark(thread);
        }
    }

    /** Announces that the calling thread is about to {@link #park}: from now on {@link #wake} reaches it. */
    void prepareToPark() {
        parked = Thread.currentThread();
    }

    /** Parks the calling thread until woken, interrupted, or the deadline. */
    void park() {
        LockSupport.parkNanos(this, deadline() - System.nanoTime());
    }

    void unprepare() {
        parked = null;
    }

    /** The reply, or the failure as an exception with the calling thread's stack. */
    ValueSet result() {
        Failure known = failure;
        if (known != null) {
            throw exception(known.status(), known.message(), known.delivery());
        }
        return Objects.requireNonNull(reply, "a call that is done has a reply or a failure");
    }

    private record Failure(IpcStatus status, String message, Delivery delivery) {}
}
