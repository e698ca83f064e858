package io.valise.ipc.internal.serve;

import io.valise.ipc.spi.mapping.Mapping;
import org.jspecify.annotations.Nullable;

/** A handler that is made for types, which the schema of its server tells. */
public interface Typed {
    /** The type of the requests, or of the events. */
    Mapping<?> request();

    /** The type of the replies or items; null for events. */
    @Nullable Mapping<?> answer();
}
