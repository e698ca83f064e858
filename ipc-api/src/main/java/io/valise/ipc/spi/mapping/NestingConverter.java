package io.valise.ipc.spi.mapping;

/** A converter of a type that may contain itself, in a list for instance: it is made first, and resolved then. */
interface NestingConverter extends Converter {
    /**
     * Finds the converters of the components. Called once, before the first use.
     *
     * @param inside the type arguments inside the type
     * @param converters finds them; it knows this one
     */
    void resolve(TypeArguments inside, Converters converters);
}
