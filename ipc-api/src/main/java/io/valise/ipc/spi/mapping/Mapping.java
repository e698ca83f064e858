package io.valise.ipc.spi.mapping;

import io.valise.ipc.GenericType;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Objects;

/**
 * How the values of one type become messages: of a record, a sealed interface of records, or a map. Made once per type, and
 * kept by its class, so that it is freed with it. Immutable and thread-safe.
 *
 * @param <T> the type
 */
public final class Mapping<T> {
    private static final ClassValue<Mapping<?>> OF_CLASSES = new ClassValue<>() {
        @Override
        protected Mapping<?> computeValue(Class<?> type) {
            return new Mapping<>(type);
        }
    };
    /** By the subclasses of {@link GenericType}, each of which stands for one type. */
    private static final ClassValue<Mapping<?>> OF_GENERIC_TYPES = new ClassValue<>() {
        @Override
        protected Mapping<?> computeValue(Class<?> subclass) {
            return new Mapping<>(written(subclass));
        }
    };

    private final Class<?> raw;
    private final Converter converter;

    private Mapping(Type type) {
        raw = TypeArguments.raw(type);
        if (!raw.isRecord() && !Converters.isSealed(raw) && raw != Map.class && raw != ValueSet.class) {
            throw new IllegalArgumentException(type.getTypeName() + " is no message; a message is a record, a sealed"
                    + " interface of records, a Map<String, ...> or a ValueSet: put the value into a record");
        }
        converter = new Converters().of(type, TypeArguments.of(type));
    }

    /**
     * The mapping of a class.
     *
     * @throws IllegalArgumentException when its values are no messages, or a component of it cannot cross
     */
    @SuppressWarnings("unchecked") // the one that was made of the class
    public static <T> Mapping<T> of(Class<T> type) {
        return (Mapping<T>) OF_CLASSES.get(Objects.requireNonNull(type, "type"));
    }

    /**
     * The mapping of a type with arguments.
     *
     * @throws IllegalArgumentException as {@link #of(Class)}, or when it names a type variable
     */
    @SuppressWarnings("unchecked") // the one that was made of its argument
    public static <T> Mapping<T> of(GenericType<T> type) {
        return (Mapping<T>) OF_GENERIC_TYPES.get(type.getClass());
    }

    private static Type written(Class<?> subclass) {
        if (subclass.getSuperclass() == GenericType.class
                && subclass.getGenericSuperclass() instanceof ParameterizedType given) {
            Type type = given.getActualTypeArguments()[0];
            if (!TypeArguments.isMadeOf(type, any -> true)) {
                return type;
            }
        }
        throw new IllegalArgumentException("GenericType " + subclass.getTypeName()
                + ": expected=a type without variables, actual="
                + subclass.getGenericSuperclass().getTypeName()
                + "; write the type out, as in new GenericType<Page<Quote>>() {}");
    }

    /**
     * The message of a value.
     *
     * @throws IllegalArgumentException when it cannot be sent, with the path of the component
     */
    public ValueSet write(T value) {
        Objects.requireNonNull(value, "value");
        try {
            return (ValueSet) Objects.requireNonNull(converter.toWire(value, Conversion.NONE, Converter.TOP));
        } catch (Mismatch e) {
            throw e.sent(raw.getSimpleName());
        }
    }

    /**
     * The value of a message.
     *
     * @throws io.valise.ipc.IpcException {@code TYPE_MISMATCH} with the path of the component
     */
    @SuppressWarnings("unchecked") // the converter makes values of its type
    public T read(ValueSet message) {
        try {
            return (T) Objects.requireNonNull(converter.fromWire(message, Conversion.NONE));
        } catch (Mismatch e) {
            throw e.received(raw.getSimpleName());
        }
    }

    /** What a message is. */
    public Form describe(Definitions types) {
        return converter.describe(types);
    }
}
