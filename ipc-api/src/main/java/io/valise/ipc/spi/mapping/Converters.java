package io.valise.ipc.spi.mapping;

import java.io.File;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds the converters of the types that one type or interface names. Used by one thread. */
public class Converters {
    private static final String ALLOWED =
            "values of a ValueSet, records, enums, sealed interfaces of records, Optional,"
                    + " List, Set, Map<String, ...>, arrays of these, LocalDate, LocalTime, LocalDateTime, OffsetDateTime,"
                    + " ZonedDateTime and URI";
    /** No type that a program writes names others in such a long chain. */
    private static final int MOST_LEVELS = 200;

    /** By declared type; a type that contains itself finds its own converter here. */
    private final Map<String, Converter> known = new HashMap<>();

    private int level;

    /**
     * The converter of a type.
     *
     * @param written the type as it is declared
     * @param arguments those of the types around it
     * @throws IllegalArgumentException when values of it cannot cross
     */
    public final Converter of(Type written, TypeArguments arguments) {
        if (level == MOST_LEVELS) {
            throw new IllegalArgumentException(written.getTypeName() + ": nested types: limit=" + MOST_LEVELS
                    + ", actual=more; put fewer types inside each other");
        }
        level++;
        try {
            return find(arguments.resolve(written), arguments);
        } finally {
            level--;
        }
    }

    private Converter find(Type type, TypeArguments arguments) {
        if (type instanceof GenericArrayType array) {
            return array(array.getGenericComponentType(), arguments);
        }
        Class<?> raw = TypeArguments.raw(type);
        Converter simple = simple(raw);
        if (simple != null) {
            return simple;
        } else if (raw.isArray()) {
            return array(raw.getComponentType(), arguments);
        } else if (raw.isRecord()) {
            return nesting(type, arguments, () -> new RecordConverter(raw, null));
        }
        return isSealed(raw) ? nesting(type, arguments, () -> new SealedConverter(raw)) : generic(raw, type, arguments);
    }

    private static @Nullable Converter simple(Class<?> raw) {
        Converter found = PlainConverter.of(raw);
        if (found == null && raw.isEnum()) {
            return new EnumConverter(raw);
        }
        found = found == null ? TextConverter.of(raw) : found;
        return found == null ? OptionalConverter.primitive(raw) : found;
    }

    private Converter array(Type element, TypeArguments arguments) {
        Class<?> raw = TypeArguments.raw(arguments.resolve(element));
        Converter plain = PlainConverter.of(raw.arrayType());
        return plain == null ? new ArrayConverter(raw, of(element, arguments)) : plain;
    }

    private Converter generic(Class<?> raw, Type type, TypeArguments arguments) {
        if (raw == List.class || raw == Collection.class || raw == Set.class) {
            return new CollectionConverter(of(argument(type, 0), arguments), raw == Set.class);
        } else if (raw == Optional.class) {
            return OptionalConverter.of(of(argument(type, 0), arguments));
        } else if (raw == Map.class && hasTextKeys(type, arguments)) {
            return new MapConverter(of(argument(type, 1), arguments));
        }
        String reason = reasonAgainst(raw);
        Converter other = reason == null ? other(raw, type, arguments) : null;
        if (other == null) {
            throw new IllegalArgumentException(
                    type.getTypeName() + " cannot cross" + (reason == null ? "; " + allowed() + " can" : reason));
        }
        return other;
    }

    private static boolean hasTextKeys(Type type, TypeArguments arguments) {
        return !(type instanceof ParameterizedType)
                || TypeArguments.raw(arguments.resolve(argument(type, 0))) == String.class;
    }

    /** Why values of a class never cross, or null. */
    private static @Nullable String reasonAgainst(Class<?> raw) {
        if (Path.class.isAssignableFrom(raw) || File.class.isAssignableFrom(raw)) {
            return ": a path means something else in another process, and gives no leave to read the file; send its text"
                    + " as a String, or the file by a token of SharedFiles";
        } else if (raw == Class.class) {
            return ": no class is loaded by a name that arrives; send an enum, or a text that the receiver compares";
        }
        return raw == Map.class ? ": the keys of a Map must be String" : null;
    }

    /** What can cross, for messages. */
    protected String allowed() {
        return ALLOWED;
    }

    /**
     * The converter of a type that is none of those known here, or null when there is none.
     *
     * @param raw its class
     */
    protected @Nullable Converter other(Class<?> raw, Type type, TypeArguments arguments) {
        return null;
    }

    static boolean isSealed(Class<?> type) {
        return type.isInterface() && type.isSealed();
    }

    /** The converter of a type that may contain itself: it is known before those of its components are looked for. */
    private Converter nesting(Type type, TypeArguments arguments, Supplier<NestingConverter> maker) {
        TypeArguments inside = arguments.within(type);
        String key = type.getTypeName() + inside;
        Converter made = known.get(key);
        if (made == null) {
            NestingConverter nesting = maker.get();
            known.put(key, nesting);
            nesting.resolve(inside, this);
            made = nesting;
        }
        return made;
    }

    /** A type argument; Object where a class is used without arguments. */
    protected static Type argument(Type type, int index) {
        return type instanceof ParameterizedType given ? given.getActualTypeArguments()[index] : Object.class;
    }
}
