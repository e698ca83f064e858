package io.valise.ipc.spi.schema;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A method of an interface. Immutable.
 *
 * @param name its name
 * @param parameters what it takes
 * @param result what it returns, or its future completes with; null for nothing
 */
public record Method(
        String name, List<Form> parameters, @Nullable Form result) {
    public Method {
        requireNonNull(name, "name");
        parameters = List.copyOf(parameters);
    }
}
