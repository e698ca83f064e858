package io.valise.ipc;

import io.valise.ipc.spi.mapping.Mapping;

/**
 * The part of {@link ValueSet} that maps records: a record is a set with a key for each component, and the other way round.
 * Immutable and safe for use by any thread.
 *
 * <p><b>Types</b> of components: what a ValueSet holds (see {@link ValueType}); records, also nested, generic and recursive;
 * enums, by the names of their constants; {@code Optional}, {@code OptionalInt}, {@code OptionalLong} and {@code
 * OptionalDouble}, null when empty; {@code List}, {@code Collection}, {@code Set} and arrays of any of these, as lists; {@code
 * Map<String, ...>} as a nested set; sealed interfaces of records, as the record with its simple name under {@code $record};
 * {@code LocalDate}, {@code LocalTime}, {@code LocalDateTime}, {@code OffsetDateTime}, {@code ZonedDateTime} and {@code URI} as
 * texts by ISO 8601 and RFC 3986. {@link WireName} gives another name. Collections that arrive are unmodifiable.
 *
 * <p><b>Versions.</b> An unknown key is ignored. A missing one is zero or false, an empty Optional, collection, map or array,
 * and null for any other type; an explicit null is zero, false, an empty Optional or null. A constant that is not known is the
 * one that {@link WireDefault} marks, or fails.
 *
 * <p>A type that cannot be mapped is an {@link IllegalArgumentException} with the component and the reason: {@code Path},
 * {@code File} and {@code Class} mean nothing in another process. On the module path a record is public in an exported package,
 * or its package is open to {@code io.valise.ipc}.
 *
 * @since 0.1.0
 */
public abstract sealed class TypedValues permits ValueSet {
    TypedValues() {}

    /**
     * The set of a record's components. Type arguments of its class are not known here, so that a component of such a type
     * takes what a ValueSet holds: {@link #from(Object, GenericType)} knows them.
     *
     * @throws IllegalArgumentException when a type cannot be mapped or a value cannot be sent, with its path, such as {@code
     *     legs[2].price}
     */
    @SuppressWarnings("unchecked") // the class of the record
    public static ValueSet from(Record record) {
        return ((Mapping<Record>) Mapping.of(record.getClass())).write(record);
    }

    /**
     * The set of a value of a type: of a sealed interface, so that the set says which of its records it is.
     *
     * @throws IllegalArgumentException as {@link #from(Record)}
     */
    public static <T> ValueSet from(T value, Class<T> type) {
        return Mapping.of(type).write(value);
    }

    /**
     * The set of a value of a type with arguments.
     *
     * @throws IllegalArgumentException as {@link #from(Record)}
     */
    public static <T> ValueSet from(T value, GenericType<T> type) {
        return Mapping.of(type).write(value);
    }

    /**
     * The record, or the record of a sealed interface, that this set stands for.
     *
     * @throws IpcException {@code TYPE_MISMATCH} when a value is not of its component's type, a constant or {@code $record} is not
     *     known, or the record's constructor refuses the values; with the path, such as {@code legs[2].price}
     * @throws IllegalArgumentException when the type cannot be mapped
     */
    public <T> T to(Class<T> type) {
        return Mapping.of(type).read((ValueSet) this);
    }

    /**
     * The value of a type with arguments that this set stands for.
     *
     * @throws IpcException as {@link #to(Class)}
     * @throws IllegalArgumentException as {@link #to(Class)}
     */
    public <T> T to(GenericType<T> type) {
        return Mapping.of(type).read((ValueSet) this);
    }
}
