package io.valise.ipc.spi.schema;

import java.util.List;

/**
 * What a server offers: the answer to {@code valise.schema}. Immutable.
 *
 * @param offers its services, streams, objects and events, sorted by name within these
 * @param types the types that they refer to, sorted by name
 */
public record Schema(List<Offer> offers, List<Definition> types) {
    public Schema {
        offers = List.copyOf(offers);
        types = List.copyOf(types);
    }
}
