package io.valise.ipc;

/**
 * A type with type arguments, which a {@code Class} cannot say: {@code new GenericType<Page<Quote>>() {}}. Each use in a
 * program's text is a class, which keeps what is found out about the type. Immutable and thread-safe.
 *
 * @param <T> the type; it names no type variable
 * @since 0.1.0
 */
public abstract class GenericType<T> {
    /** For the subclass that says the type. */
    protected GenericType() {}
}
