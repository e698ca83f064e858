package io.valise.ipc.services.objects.wire;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Optional}; the empty one crosses as null.
 *
 * @param content converts what is in it
 */
record OptionalConverter(Converter content) implements Converter {
    @Override
    public @Nullable Object toWire(Object value, References references) {
        return Converter.send(content, ((Optional<?>) value).orElse(null), references);
    }

    @Override
    public Object fromWire(Object form, References references) {
        return Optional.ofNullable(content.fromWire(form, references));
    }

    @Override
    public Object ofNull() {
        return Optional.empty();
    }
}
