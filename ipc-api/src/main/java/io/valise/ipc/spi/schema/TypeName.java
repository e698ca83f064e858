package io.valise.ipc.spi.schema;

/**
 * The names of a type whose arguments are known. Immutable.
 *
 * @param full tells it apart from all others of its class loader
 * @param simple for people, without package; such as {@code Page_Quote} for a {@code Page<Quote>}
 */
public record TypeName(String full, String simple) {}
