package io.valise.ipc.spi.schema;

/** A handler that tells what it offers, for the schema of its server. */
public interface Described {
    /**
     * What is offered.
     *
     * @param kind what the handler is
     * @param types takes the types that are referred to
     */
    Offer describe(String name, Offer.Kind kind, Definitions types);
}
