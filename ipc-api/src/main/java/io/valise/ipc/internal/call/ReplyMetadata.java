package io.valise.ipc.internal.call;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.Reply;
import io.valise.ipc.ValueSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Takes the metadata of the reply to one call, for a caller that asks for it; of several attempts those of the last. Thread-safe. */
public final class ReplyMetadata {
    private volatile ValueSet received = ValueSet.empty();

    /** Forgets what an earlier attempt got. */
    void begin() {
        received = ValueSet.empty();
    }

    void received(ValueSet metadata) {
        received = metadata;
    }

    /** The reply with its metadata. */
    public Reply with(ValueSet message) {
        return received.isEmpty() ? Reply.of(message) : Reply.of(message).withMetadata(received);
    }

    /** The reply that a future brings, failed by what fails the future; not cancelled with it. */
    public CompletableFuture<Reply> of(CompletableFuture<ValueSet> sent) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        sent.whenComplete((@Nullable ValueSet message, @Nullable Throwable failure) -> {
                    if (failure == null) {
                        reply.complete(with(requireNonNull(message)));
                    } else {
                        reply.completeExceptionally(failure);
                    }
                })
                .exceptionally(handedOn -> null);
        return reply;
    }

    /** Takes those of a reply that an interceptor has given. */
    void take(Reply reply) {
        received = reply.metadata();
    }
}
