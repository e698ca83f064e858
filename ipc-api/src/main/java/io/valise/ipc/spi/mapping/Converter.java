package io.valise.ipc.spi.mapping;

import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import org.jspecify.annotations.Nullable;

/** Converts the values of one declared type to their form in a message, and back. Immutable and thread-safe. */
public interface Converter {
    /** The level of a value that is in a message itself, in no list, map or record. */
    int TOP = 1;

    /**
     * The form of a value, not null, in a message.
     *
     * @param level how many lists, maps and records the value is in, from {@link #TOP}
     * @throws Mismatch when the value cannot be sent
     */
    @Nullable Object toWire(Object value, Conversion conversion, int level);

    /**
     * The value that a form stands for.
     *
     * @throws Mismatch when it is no form of this type
     */
    @Nullable Object fromWire(Object form, Conversion conversion);

    /** Whether a stored value of a ValueSet is a value of this type, and may be shared; false if only a conversion can tell. */
    default boolean isValue(@Nullable Object stored) {
        return false;
    }

    /** The value when the sender's version does not have it: zero, empty, or else null. */
    default @Nullable Object absent() {
        return ofNull();
    }

    /** The value of an explicit null. */
    default @Nullable Object ofNull() {
        return null;
    }

    /** What the values of this type are in a message. */
    Form describe(Definitions types);

    /** The form of a value that may be null. */
    static @Nullable Object send(Converter converter, @Nullable Object value, Conversion conversion, int level) {
        return value == null ? null : converter.toWire(value, conversion, level);
    }

    /** The value of a form that may be null. */
    static @Nullable Object receive(Converter converter, @Nullable Object form, Conversion conversion) {
        return form == null ? converter.ofNull() : converter.fromWire(form, conversion);
    }
}
