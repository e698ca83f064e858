package io.valise.ipc.internal.call;

import io.valise.ipc.ValueSet;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Makes the calls of one end: over one link, over links that follow each other, or inside of interceptors. */
public interface CallMaker {
    /**
     * Sends a request and waits for the reply.
     *
     * @param metadata what travels beside the message; null for nothing
     * @param timeout null for the default of the connection
     * @param replied takes the metadata of the reply; null where the caller does not ask for it
     */
    ValueSet call(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            @Nullable Duration timeout,
            @Nullable ReplyMetadata replied);

    /** Sends a request; parameters as of {@link #call}. */
    CompletableFuture<ValueSet> callAsync(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            @Nullable Duration timeout,
            @Nullable ReplyMetadata replied);

    /** Opens a stream for each subscriber. */
    Flow.Publisher<ValueSet> stream(String service, @Nullable ValueSet metadata, ValueSet message);

    /** Sends an event. */
    void send(String event, ValueSet message);
}
