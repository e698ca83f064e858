package io.valise.ipc.internal.session;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.util.concurrent.CompletableFuture;

/** A call with a future. */
final class AsyncCall extends PendingCall {
    private final Session session;
    private final CompletableFuture<ValueSet> future = new Cancellable();

    AsyncCall(Session session, long id, String service, long deadline) {
        super(id, service, deadline);
        this.session = session;
    }

    CompletableFuture<ValueSet> future() {
        return future;
    }

    @Override
    Work complete(ValueSet reply) {
        return inline(() -> future.complete(reply));
    }

    @Override
    Work fail(IpcStatus status, String message, Delivery delivery) {
        return inline(() -> future.completeExceptionally(exception(status, message, delivery)));
    }

    /** The future's dependents run on the thread that read the answer. */
    private static Work inline(Runnable action) {
        return new Work() {
            @Override
            public void run(boolean onReader) {
                action.run();
            }

            @Override
            public boolean handsOff(boolean readerIsCaller) {
                return false;
            }
        };
    }

    /** Cancelling the future cancels the request at the peer. */
    private final class Cancellable extends CompletableFuture<ValueSet> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            if (cancelled) {
                session.calls().giveUp(id(), IpcStatus.CANCELLED);
            }
            return cancelled;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }
}
