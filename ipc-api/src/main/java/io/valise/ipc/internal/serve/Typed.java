package io.valise.ipc.internal.serve;

import io.valise.ipc.spi.mapping.Mapping;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Described;
import io.valise.ipc.spi.schema.Offer;
import org.jspecify.annotations.Nullable;

/** The types of a handler, which the schema of its server tells: those that it is made for, or that are declared for it. */
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
