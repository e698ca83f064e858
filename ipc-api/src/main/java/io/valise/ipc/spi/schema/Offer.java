package io.valise.ipc.spi.schema;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.WireDefault;
import org.jspecify.annotations.Nullable;

/**
 * A service, a stream, an object or an event. Immutable.
 *
 * @param name its name
 * @param kind which of them it is
 * @param request the type of its requests, or of an event's messages; null when its handler takes any ValueSet
 * @param answer the type of its replies, or of a stream's items, or the interface of an object; null for an event, and as before
 */
public record Offer(
        String name,
        Kind kind,
        @Nullable Form request,
        @Nullable Form answer) {
    public Offer {
        requireNonNull(name, "name");
        requireNonNull(kind, "kind");
    }

    /** What can be offered. */
    public enum Kind {
        SERVICE,
        STREAM,
        /** An object that is called by its interface. */
        OBJECT,
        EVENT,
        /** What a newer version offers. */
        @WireDefault
        OTHER
    }
}
