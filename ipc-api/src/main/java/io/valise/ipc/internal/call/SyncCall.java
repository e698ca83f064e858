package io.valise.ipc.internal.call;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.spi.runtime.LateFaults;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A call whose thread waits. */
public final class SyncCall extends PendingCall {
    /** The reply, or a {@link Failure}; null until there is one of them. */
    private volatile @Nullable Object outcome;

    private volatile @Nullable Thread parked;

    public SyncCall(long id, String service, long timeoutNanos) {
        super(id, service, timeoutNanos);
    }

    public boolean isDone() {
        return outcome != null;
    }

    @Override
    public Task complete(ValueSet value) {
        return done(value);
    }

    @Override
    public Task fail(IpcStatus why, String message, Delivery known) {
        return done(new Failure(why, message, known));
    }

    private Task done(Object how) {
        outcome = how;
        wake();
        return Task.NONE;
    }

    /** Wakes the thread if it is parked, because the call is done or because it may read. */
    public void wake() {
        Thread thread = parked;
        if (thread != null && thread != Thread.currentThread()) {
            LockSupport.unpark(thread);
        }
    }

    /** Announces that the calling thread is about to {@link #park}: from now on {@link #wake} reaches it. */
    public void prepareToPark() {
        parked = Thread.currentThread();
    }

    /** Parks the calling thread until woken, interrupted, or the deadline. */
    public void park() {
        LockSupport.parkNanos(this, deadline() - System.nanoTime());
    }

    /** Whether another thread is parked for it while the calling thread reads. */
    public boolean isAwaitedElsewhere() {
        Thread thread = parked;
        return thread != null && thread != Thread.currentThread();
    }

    public void unprepare() {
        parked = null;
    }

    /** The reply, or the failure as an exception with the calling thread's stack. */
    public ValueSet result() {
        Object known = outcome;
        if (known instanceof Failure failure) {
            LateFaults.settle(); // not thrown at the caller instead, or later
            throw exception(failure.status(), failure.message(), failure.delivery());
        }
        return (ValueSet) Objects.requireNonNull(known, "a call that is done has a reply or a failure");
    }

    private record Failure(IpcStatus status, String message, Delivery delivery) {}
}
