package io.valise.ipc.internal.call;

import io.valise.ipc.CallKind;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.jfr.CallRecord;
import io.valise.ipc.internal.jfr.Recording;
import io.valise.ipc.internal.work.Completions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Makes calls while a recording of the Java Flight Recorder asks for them: an event for each. Thread-safe. */
public final class RecordedCalls implements CallMaker {
    private final IpcConnection connection;
    private final CallMaker plain;

    /**
     * @param connection whose calls they are
     * @param plain makes the calls
     */
    public RecordedCalls(IpcConnection connection, CallMaker plain) {
        this.connection = connection;
        this.plain = plain;
    }

    /** One call; its end is recorded once. */
    private final class Recorded {
        private final CallRecord record = Recording.beginCall();
        private final AtomicBoolean over = new AtomicBoolean();
        private final CallKind kind;
        private final String name;

        Recorded(CallKind kind, String name) {
            this.kind = kind;
            this.name = name;
        }

        void ended(IpcStatus status) {
            if (!over.getAndSet(true)) {
                record.ended(connection, kind, name, status);
            }
        }

        void ended(@Nullable Throwable failure) {
            ended(failure == null ? IpcStatus.OK : status(Completions.cause(failure)));
        }
    }

    /** Of a future, which the application may have completed itself. */
    private static IpcStatus status(Throwable failure) {
        if (failure instanceof IpcException known) {
            return known.status();
        }
        return failure instanceof TimeoutException ? IpcStatus.TIMEOUT : IpcStatus.CANCELLED;
    }

    @Override
    public ValueSet call(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            @Nullable Duration timeout,
            @Nullable ReplyMetadata replied) {
        Recorded recorded = new Recorded(CallKind.REQUEST, service);
        try {
            ValueSet reply = plain.call(service, metadata, message, timeout, replied);
            recorded.ended(IpcStatus.OK);
            return reply;
        } catch (IpcException e) {
            recorded.ended(e);
            throw e;
        }
    }

    @Override
    public CompletableFuture<ValueSet> callAsync(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            @Nullable Duration timeout,
            @Nullable ReplyMetadata replied) {
        Recorded recorded = new Recorded(CallKind.REQUEST, service);
        CompletableFuture<ValueSet> future = plain.callAsync(service, metadata, message, timeout, replied);
        future.whenComplete((@Nullable ValueSet reply, @Nullable Throwable failure) -> recorded.ended(failure))
                .exceptionally(handedOn -> null);
        return future;
    }

    @Override
    public Flow.Publisher<ValueSet> stream(String service, @Nullable ValueSet metadata, ValueSet message) {
        Flow.Publisher<ValueSet> stream = plain.stream(service, metadata, message);
        return subscriber ->
                stream.subscribe(new RecordedStream(subscriber, new Recorded(CallKind.STREAM, service)::ended));
    }

    @Override
    public void send(String event, ValueSet message) {
        Recorded recorded = new Recorded(CallKind.EVENT, event);
        try {
            plain.send(event, message);
            recorded.ended(IpcStatus.OK);
        } catch (IpcException e) {
            recorded.ended(e);
            throw e;
        }
    }
}
