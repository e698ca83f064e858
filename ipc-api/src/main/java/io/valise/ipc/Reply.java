package io.valise.ipc;

import static java.util.Objects.requireNonNull;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The reply to a request, and what travels beside it. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class Reply {
    private static final Reply EMPTY = new Reply(ValueSet.empty(), ValueSet.empty());

    private final ValueSet message;
    private final ValueSet metadata;

    private Reply(ValueSet message, ValueSet metadata) {
        this.message = requireNonNull(message, "message");
        this.metadata = metadata;
    }

    /** An empty reply without metadata. */
    public static Reply empty() {
        return EMPTY;
    }

    /** A reply without metadata. */
    public static Reply of(ValueSet message) {
        return new Reply(message, ValueSet.empty());
    }

    /** What the handler answered. */
    public ValueSet message() {
        return message;
    }

    /** What travels beside it (times, costs); empty when nothing does. */
    public ValueSet metadata() {
        return metadata;
    }

    /** The same with another message. */
    public Reply withMessage(ValueSet other) {
        return new Reply(other, metadata);
    }

    /** The same with more metadata; a key that is there already gets the new value. At most 4,000 bytes can be sent. */
    public Reply withMetadata(ValueSet more) {
        return new Reply(message, metadata.toBuilder().putAll(more).build());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Reply reply && message.equals(reply.message) && metadata.equals(reply.metadata);
    }

    @Override
    public int hashCode() {
        return Objects.hash(message, metadata);
    }

    @Override
    public String toString() {
        return metadata.isEmpty() ? message.toString() : message + " with " + metadata;
    }
}
