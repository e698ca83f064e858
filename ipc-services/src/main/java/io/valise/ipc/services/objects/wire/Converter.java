package io.valise.ipc.services.objects.wire;

import org.jspecify.annotations.Nullable;

/** Converts the values of one declared type to their form in a message, and back. Immutable and thread-safe. */
interface Converter {
    /** The form of a value, not null, in a message. */
    @Nullable Object toWire(Object value, References references);

    /**
     * The value that a form stands for.
     *
     * @throws io.valise.ipc.IpcException {@code TYPE_MISMATCH} when it is no form of this type
     */
    @Nullable Object fromWire(Object form, References references);

    /** The value when the sender's version does not have it: zero, an empty list, an empty Optional, or else null. */
    default @Nullable Object absent() {
        return ofNull();
    }

    /** The value of an explicit null. */
    default @Nullable Object ofNull() {
        return null;
    }

    /** The form of a value that may be null. */
    static @Nullable Object send(Converter converter, @Nullable Object value, References references) {
        return value == null ? null : converter.toWire(value, references);
    }

    /** The value of a form that may be null. */
    static @Nullable Object receive(Converter converter, @Nullable Object form, References references) {
        return form == null ? converter.ofNull() : converter.fromWire(form, references);
    }
}
