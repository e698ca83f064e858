package io.valise.ipc.internal.serve;

import io.valise.ipc.spi.mapping.Mapping;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Described;
import io.valise.ipc.spi.schema.Offer;
import org.jspecify.annotations.Nullable;

/** A handler that is made for types, which the schema of its server tells. */
public interface Typed extends Described {
    /** The type of the requests, or of the events. */
    Mapping<?> request();

    /** The type of the replies or items; null for events. */
    @Nullable Mapping<?> answer();

    @Override
    default Offer describe(String name, Offer.Kind kind, Definitions types) {
        Mapping<?> answer = answer();
        return new Offer(name, kind, request().describe(types), answer == null ? null : answer.describe(types));
    }
}
