package io.valise.ipc.spi.schema;

import static java.util.Objects.requireNonNull;

/**
 * A component of a record. Immutable.
 *
 * @param name its key in messages
 * @param form its value
 */
public record Field(String name, Form form) {
    public Field {
        requireNonNull(name, "name");
        requireNonNull(form, "form");
    }
}
