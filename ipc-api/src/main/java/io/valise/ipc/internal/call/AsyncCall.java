package io.valise.ipc.internal.call;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.Task;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call with a future. Its dependents run on the thread that reads the reply, unless that thread waits for another reply,
 * whose end must not depend on theirs, or has read several replies together ({@link EndedCalls}). A thread that waits for
 * the future reads for the reply first, as {@link FutureWaitHook} says.
 */
public final class AsyncCall extends PendingCall implements Task {
    private static final Deadline NO_LIMIT = new Deadline(NEVER);

    private final OutgoingCalls calls;
    private final FutureWaitHook waits;
    private final Answer future = new Answer();
    // One of them is written by the thread that took the call out of the table; the read right or an executor publishes
    // it.
    private @Nullable ValueSet reply;
    private @Nullable IpcException failure;

    /** A call with the next id. */
    public AsyncCall(OutgoingCalls calls, FutureWaitHook waits, String service, long timeoutNanos) {
        super(calls.nextId(), service, timeoutNanos);
        this.calls = calls;
        this.waits = waits;
    }

    public CompletableFuture<ValueSet> future() {
        return future;
    }

    @Override
    public Task complete(ValueSet value) {
        reply = value;
        return this;
    }

    @Override
    public Task fail(IpcStatus status, String message, Delivery delivery) {
        failure = exception(status, message, delivery);
        return this;
    }

    /** It could not be sent. */
    public void failed(IpcException e) {
        future.fail(e);
    }

    // ---- what is left to do when the reply was read

    @Override
    public void run(boolean onReader) {
        if (failure != null) {
            future.fail(failure);
        } else {
            future.succeed(reply);
        }
    }

    @Override
    public boolean needsOtherThread(boolean readerIsCaller) {
        return readerIsCaller && hasDependents();
    }

    @Override
    public boolean endsCall() {
        return true;
    }

    /** Whether completing it runs code of the application, or wakes a thread that is parked: the JDK counts both. */
    public boolean hasDependents() {
        return future.getNumberOfDependents() > 0 && !future.isDone();
    }

    /** Completing the future by any other means than the reply cancels the request at the peer. */
    private final class Answer extends CompletableFuture<ValueSet> {
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
            Deadline deadline = new Deadline(unit.toNanos(timeout));
            deadline.deadline(); // counted from here
            try {
                waits.beginWait(this, deadline);
                return super.get(deadline.left(), TimeUnit.NANOSECONDS);
            } finally {
                waits.endWait();
            }
        }

        void succeed(@Nullable ValueSet value) {
            super.complete(value);
        }

        void fail(Throwable failure) {
            super.completeExceptionally(failure);
        }

        /** By the user, or by {@code completeOnTimeout}. */
        @Override
        public boolean complete(@Nullable ValueSet value) {
            return givenUp(super.complete(value));
        }

        /** By the user, or by {@code orTimeout}. */
        @Override
        public boolean completeExceptionally(Throwable failure) {
            return givenUp(super.completeExceptionally(failure));
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return givenUp(super.cancel(mayInterruptIfRunning));
        }

        @Override
        public CompletableFuture<ValueSet> completeAsync(Supplier<? extends ValueSet> supplier, Executor executor) {
            requireNonNull(supplier, "supplier");
            executor.execute(() -> {
                try {
                    complete(supplier.get());
                } catch (RuntimeException | Error e) {
                    completeExceptionally(e);
                }
            });
            return this;
        }

        @Override
        public CompletableFuture<ValueSet> completeAsync(Supplier<? extends ValueSet> supplier) {
            return completeAsync(supplier, defaultExecutor());
        }

        private boolean givenUp(boolean completed) {
            if (completed) {
                calls.forget(id(), true);
            }
            return completed;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            waits.expectFrames();
            return new CompletableFuture<>();
        }
    }
}
