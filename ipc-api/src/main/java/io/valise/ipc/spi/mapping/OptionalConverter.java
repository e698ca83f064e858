package io.valise.ipc.spi.mapping;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Optional}, or one of its primitive kinds; the empty one crosses as null.
 *
 * @param content converts what is in it
 * @param unwrap takes what is in it out, or null
 * @param wrap makes the one that holds a value
 * @param empty the one without a value
 */
record OptionalConverter(
        Converter content, Function<Object, @Nullable Object> unwrap, Function<Object, Object> wrap, Object empty)
        implements Converter {
    static OptionalConverter of(Converter content) {
        return new OptionalConverter(
                content, value -> ((Optional<?>) value).orElse(null), Optional::of, Optional.empty());
    }

    /** The converter of a primitive kind, or null for any other class. */
    static @Nullable OptionalConverter primitive(Class<?> type) {
        if (type == OptionalInt.class) {
            return primitive(
                    int.class, OptionalConverter::intOrNull, v -> OptionalInt.of((int) v), OptionalInt.empty());
        } else if (type == OptionalLong.class) {
            return primitive(
                    long.class, OptionalConverter::longOrNull, v -> OptionalLong.of((long) v), OptionalLong.empty());
        }
        return type == OptionalDouble.class
                ? primitive(
                        double.class,
                        OptionalConverter::doubleOrNull,
                        v -> OptionalDouble.of((double) v),
                        OptionalDouble.empty())
                : null;
    }

    private static OptionalConverter primitive(
            Class<?> type, Function<Object, @Nullable Object> unwrap, Function<Object, Object> wrap, Object empty) {
        return new OptionalConverter(requireNonNull(PlainConverter.of(type)), unwrap, wrap, empty);
    }

    private static @Nullable Object intOrNull(Object value) {
        OptionalInt optional = (OptionalInt) value;
        return optional.isPresent() ? (Integer) optional.getAsInt() : null;
    }

    private static @Nullable Object longOrNull(Object value) {
        OptionalLong optional = (OptionalLong) value;
        return optional.isPresent() ? (Long) optional.getAsLong() : null;
    }

    private static @Nullable Object doubleOrNull(Object value) {
        OptionalDouble optional = (OptionalDouble) value;
        return optional.isPresent() ? (Double) optional.getAsDouble() : null;
    }

    @Override
    public @Nullable Object toWire(Object value, Conversion conversion, int level) {
        return Converter.send(content, unwrap.apply(value), conversion, level);
    }

    @Override
    public Object fromWire(Object form, Conversion conversion) {
        Object value = content.fromWire(form, conversion);
        return value == null ? empty : wrap.apply(value);
    }

    @Override
    public Object ofNull() {
        return empty;
    }

    @Override
    public Form describe(Definitions types) {
        return content.describe(types).asOptional();
    }
}
