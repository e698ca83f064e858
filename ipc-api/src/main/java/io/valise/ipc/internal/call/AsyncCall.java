package io.valise.ipc.internal.call;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.work.Patience;
import io.valise.ipc.internal.work.Work;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A call with a future. Its dependents run on the thread that reads the answer, unless that thread waits for a
 * reply itself, whose end must not depend on theirs. A thread that waits for the future looks for the answer first, as
 * {@link Waits} says.
 */
public final class AsyncCall extends PendingCall {
    private static final Patience NO_LIMIT = new Patience(NEVER);

    private final OutgoingCalls calls;
    private final Waits waits;
    private final CompletableFuture<ValueSet> future = new Cancellable();

    public AsyncCall(OutgoingCalls calls, Waits waits, long id, String service, long timeoutNanos) {
        super(id, service, timeoutNanos);
        this.calls = calls;
        this.waits = waits;
    }

    public CompletableFuture<ValueSet> future() {
        return future;
    }

    @Override
    public Work complete(ValueSet reply) {
        return inline(() -> future.complete(reply));
    }

    @Override
    public Work fail(IpcStatus status, String message, Delivery delivery) {
        return inline(() -> future.completeExceptionally(exception(status, message, delivery)));
    }

    private Work inline(Runnable action) {
        return new Work() {
            @Override
            public void run(boolean onReader) {
                action.run();
            }

            @Override
            public boolean handsOff(boolean readerIsCaller) {
                return readerIsCaller && future.getNumberOfDependents() > 0;
            }

            @Override
            public boolean endsCall() {
                return true;
            }
        };
    }

    /** Cancelling the future cancels the request at the peer. */
    private final class Cancellable extends CompletableFuture<ValueSet> {
        @Override
        public ValueSet join() {
            if (isDone()) {
                return super.join();
            }
            try {
                waits.beginWait(this, NO_LIMIT);
                return super.join();
            } finally {
                waits.endWait();
            }
        }

        @Override
        public ValueSet get() throws InterruptedException, ExecutionException {
            if (isDone()) {
                return super.get();
            }
            try {
                waits.beginWait(this, NO_LIMIT);
                return super.get();
            } finally {
                waits.endWait();
            }
        }

        @Override
        public ValueSet get(long timeout, TimeUnit unit)
                throws InterruptedException, ExecutionException, TimeoutException {
            if (isDone()) {
                return super.get();
            }
            Patience patience = new Patience(unit.toNanos(timeout));
            patience.deadline(); // counted from here
            try {
                waits.beginWait(this, patience);
                return super.get(patience.left(), TimeUnit.NANOSECONDS);
            } finally {
                waits.endWait();
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            if (cancelled) {
                calls.forget(id(), true);
            }
            return cancelled;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            waits.expectDependents();
            return new CompletableFuture<>();
        }
    }
}
