package io.valise.ipc.internal.call;

import io.valise.ipc.CallKind;
import io.valise.ipc.Delivery;
import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.Reply;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.work.Completions;
import io.valise.ipc.internal.work.InterceptorChain;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes calls inside of the interceptors of their end. Thread-safe. */
public final class InterceptedCalls implements CallMaker {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final IpcConnection connection;
    private final InterceptorChain<OutgoingCall> chain;
    private final CallMaker plain;
    private final Duration defaultTimeout;

    /**
     * @param connection whose calls they are
     * @param plain makes the calls behind the last interceptor
     * @param defaultTimeoutNanos how long a request waits that does not say
     */
    public InterceptedCalls(
            IpcConnection connection,
            List<Interceptor<OutgoingCall>> interceptors,
            CallMaker plain,
            long defaultTimeoutNanos) {
        this.connection = connection;
        this.chain = new InterceptorChain<>(interceptors);
        this.plain = plain;
        this.defaultTimeout = Duration.ofNanos(defaultTimeoutNanos);
    }

    private OutgoingCall request(
            String service, @Nullable ValueSet metadata, ValueSet message, @Nullable Duration timeout) {
        OutgoingCall call = OutgoingCall.of(CallKind.REQUEST, service, message, connection)
                .withTimeout(timeout == null ? defaultTimeout : timeout);
        return metadata == null ? call : call.withMetadata(metadata);
    }

    private static @Nullable ValueSet metadata(OutgoingCall call) {
        return call.metadata().isEmpty() ? null : call.metadata();
    }

    /** What the caller gets, when interceptors have failed it. */
    static Throwable failure(OutgoingCall call, Throwable thrown, boolean proceeded) {
        Throwable failure = Completions.cause(thrown);
        if (failure instanceof Error || (proceeded && failure instanceof IpcException)) {
            return failure;
        }
        Delivery delivery = proceeded ? Delivery.UNKNOWN : Delivery.NOT_SENT;
        if (failure instanceof IpcException known) {
            return known.delivery() == delivery
                    ? known
                    : new IpcException(known.status(), known.reason(), delivery, known);
        }
        return new IpcException(
                IpcStatus.HANDLER_FAILED, "an interceptor of " + call + " failed: " + failure, delivery, failure);
    }

    /** Sends a call for which a thread or a future waits. */
    private abstract static class Sending implements Interceptor.Next<OutgoingCall> {
        final CompletableFuture<?> result;
        private volatile boolean proceeded;

        /** @param result completes when the call has ended, or is given up */
        Sending(CompletableFuture<?> result) {
            this.result = result;
        }

        boolean hasProceeded() {
            return proceeded;
        }

        @Override
        public CompletionStage<Reply> proceed(OutgoingCall call) {
            if (result.isDone()) {
                return CompletableFuture.failedFuture(new CancellationException(call + ": given up"));
            }
            proceeded = true;
            return send(call);
        }

        /** Sends it; what it throws is the failure. */
        abstract CompletionStage<Reply> send(OutgoingCall call);
    }

    // ---- requests

    /** Sends a request, which is cancelled when what waits for it gives up. */
    private final class SendingRequest extends Sending {
        private final @Nullable Thread caller;

        /** @param caller the thread that waits, and then makes a call that waits; null for none */
        SendingRequest(@Nullable Thread caller, CompletableFuture<?> result) {
            super(result);
            this.caller = caller;
        }

        @Override
        CompletionStage<Reply> send(OutgoingCall call) {
            ReplyMetadata replied = new ReplyMetadata();
            Duration timeout = call.timeout().orElse(null);
            if (Thread.currentThread() == caller) {
                ValueSet reply = plain.call(call.name(), metadata(call), call.message(), timeout, replied);
                return CompletableFuture.completedFuture(replied.with(reply));
            }
            CompletableFuture<ValueSet> sent =
                    plain.callAsync(call.name(), metadata(call), call.message(), timeout, replied);
            result.whenComplete((reply, failure) -> sent.cancel(false)).exceptionally(handedOn -> null);
            return replied.of(sent);
        }
    }

    @Override
    public ValueSet call(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            @Nullable Duration timeout,
            @Nullable ReplyMetadata replied) {
        OutgoingCall call = request(service, metadata, message, timeout);
        CompletableFuture<Reply> end = new CompletableFuture<>();
        Reply reply = await(call, end, new SendingRequest(Thread.currentThread(), end));
        if (replied != null) {
            replied.take(reply);
        }
        return reply.message();
    }

    @Override
    public CompletableFuture<ValueSet> callAsync(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            @Nullable Duration timeout,
            @Nullable ReplyMetadata replied) {
        OutgoingCall call = request(service, metadata, message, timeout);
        CompletableFuture<ValueSet> result = new CompletableFuture<>();
        Sending sending = new SendingRequest(null, result);
        ended(chain.run(call, sending), call, sending, result, reply -> {
            if (replied != null) {
                replied.take(reply);
            }
            result.complete(reply.message());
        });
        return result;
    }

    private Reply await(OutgoingCall call, CompletableFuture<Reply> end, Sending sending) {
        ended(chain.run(call, sending), call, sending, end, end::complete);
        try {
            return end.get();
        } catch (InterruptedException e) {
            end.cancel(false);
            Thread.currentThread().interrupt();
            throw new IpcException(
                    IpcStatus.CANCELLED,
                    call + ": the thread was interrupted",
                    sending.hasProceeded() ? Delivery.UNKNOWN : Delivery.NOT_SENT,
                    e);
        } catch (ExecutionException e) {
            Throwable failure = e.getCause();
            if (failure instanceof IpcException known) {
                throw known;
            }
            if (failure instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(failure);
        }
    }

    private static void ended(
            CompletionStage<Reply> stage,
            OutgoingCall call,
            Sending sending,
            CompletableFuture<?> result,
            Consumer<Reply> taker) {
        stage.whenComplete((@Nullable Reply reply, @Nullable Throwable failure) -> {
                    if (failure == null) {
                        taker.accept(reply == null ? Reply.empty() : reply);
                    } else {
                        result.completeExceptionally(failure(call, failure, sending.hasProceeded()));
                    }
                })
                .exceptionally(handedOn -> null);
    }

    // ---- streams

    @Override
    public Flow.Publisher<ValueSet> stream(String service, @Nullable ValueSet metadata, ValueSet message) {
        OutgoingCall call = OutgoingCall.of(CallKind.STREAM, service, message, connection);
        OutgoingCall whole = metadata == null ? call : call.withMetadata(metadata);
        return subscriber -> new InterceptedStream(
                        subscriber, opened -> plain.stream(opened.name(), metadata(opened), opened.message()))
                .begin(chain, whole);
    }

    // ---- events

    @Override
    public void send(String event, ValueSet message) {
        CompletableFuture<Reply> end = new CompletableFuture<>();
        await(OutgoingCall.of(CallKind.EVENT, event, message, connection), end, new SendingEvent(end, plain::send));
    }

    /**
     * Sends an event that is for all peers of this end; does not wait.
     *
     * @param behind sends it behind the last interceptor
     */
    public void broadcast(String event, ValueSet message, BiConsumer<String, ValueSet> behind) {
        OutgoingCall call = OutgoingCall.of(CallKind.EVENT, event, message, connection);
        CompletableFuture<Reply> end = new CompletableFuture<>();
        Sending sending = new SendingEvent(end, behind);
        ended(chain.run(call, sending), call, sending, end, end::complete);
        end.exceptionally(failure -> {
            LOG.log(Level.WARNING, call + " does not reach " + connection, failure);
            return Reply.empty();
        });
    }

    /** Sends an event. */
    private static final class SendingEvent extends Sending {
        private final BiConsumer<String, ValueSet> sender;

        SendingEvent(CompletableFuture<?> result, BiConsumer<String, ValueSet> sender) {
            super(result);
            this.sender = sender;
        }

        @Override
        CompletionStage<Reply> send(OutgoingCall call) {
            sender.accept(call.name(), call.message());
            return CompletableFuture.completedFuture(Reply.empty());
        }
    }
}
