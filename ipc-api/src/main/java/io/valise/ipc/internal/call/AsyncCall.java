package io.valise.ipc.internal.call;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.work.Work;
import java.util.concurrent.CompletableFuture;

/**
 * A call with a future. Its dependents run on the thread that reads the answer, unless that thread waits for another
 * call, whose end must not depend on theirs.
 */
public final class AsyncCall extends PendingCall {
    private final OutgoingCalls calls;
    private final CompletableFuture<ValueSet> future = new Cancellable();

    public AsyncCall(OutgoingCalls calls, long id, String service, long timeoutNanos) {
        super(id, service, timeoutNanos);
        this.calls = calls;
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
        };
    }

    /** Cancelling the future cancels the request at the peer. */
    private final class Cancellable extends CompletableFuture<ValueSet> {
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
            return new CompletableFuture<>();
        }
    }
}
