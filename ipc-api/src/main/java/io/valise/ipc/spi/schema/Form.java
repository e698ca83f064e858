package io.valise.ipc.spi.schema;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * What a value is in a message. Immutable.
 *
 * @param type the name of a {@link ValueType}, or one of the constants here
 * @param optional whether it may be absent or null
 * @param format of a text that is the form of another Java type, the simple name of that; else null
 * @param name the name of a type that is defined elsewhere, if type is {@link #NAMED}; else null
 * @param of what a list or a map contains, or a publisher publishes; else null
 */
public record Form(
        String type,
        boolean optional,
        @Nullable String format,
        @Nullable String name,
        @Nullable Form of) {
    /** Any value. */
    public static final String ANY = "ANY";
    /** A ValueSet with any keys. */
    public static final String MAP = "MAP";
    /** A publisher that crosses by reference. */
    public static final String PUBLISHER = "PUBLISHER";
    /** A type that is defined once for all its uses. */
    public static final String NAMED = "NAMED";

    public Form {
        requireNonNull(type, "type");
    }

    /** A value that ValueSets hold; {@link #ANY} of them for null. */
    public static Form plain(@Nullable ValueType type) {
        return new Form(type == null ? ANY : type.name(), false, null, null, null);
    }

    /** A text that is the form of another Java type. */
    public static Form text(Class<?> type) {
        return new Form(ValueType.STRING.name(), false, type.getSimpleName(), null, null);
    }

    /** A list. */
    public static Form list(Form items) {
        return new Form(ValueType.LIST.name(), false, null, null, items);
    }

    /** A ValueSet with any keys and values of one form. */
    public static Form map(Form values) {
        return new Form(MAP, false, null, null, values);
    }

    /** A publisher of items of one form. */
    public static Form publisher(Form items) {
        return new Form(PUBLISHER, false, null, null, items);
    }

    /** A type that is defined elsewhere. */
    static Form named(String name) {
        return new Form(NAMED, false, null, name, null);
    }

    /** The same, but it may be absent or null. */
    public Form asOptional() {
        return new Form(type, true, format, name, of);
    }
}
