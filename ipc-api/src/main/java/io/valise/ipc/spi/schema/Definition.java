package io.valise.ipc.spi.schema;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.WireDefault;
import java.util.List;

/**
 * A type that forms refer to by its name. Immutable.
 *
 * @param name its name: letters, digits and underscores for Java types without other letters; of a record of a sealed
 *     interface, what it says under {@code $record}
 * @param kind what it is
 * @param fields of a record, in their order
 * @param constants of an enum, as they are in messages
 * @param records of a sealed interface; in a message each has its name under {@code $record}
 * @param methods of the interface of an object, sorted by name
 */
public record Definition(
        String name,
        Kind kind,
        List<Field> fields,
        List<String> constants,
        List<Definition> records,
        List<Method> methods) {
    public Definition {
        requireNonNull(name, "name");
        requireNonNull(kind, "kind");
        fields = List.copyOf(fields);
        constants = List.copyOf(constants);
        records = List.copyOf(records);
        methods = List.copyOf(methods);
    }

    /** What a type can be. */
    public enum Kind {
        RECORD,
        ENUM,
        SEALED,
        /** The interface of objects that cross by reference. */
        INTERFACE,
        /** What a newer version defines. */
        @WireDefault
        OTHER
    }

    /** A record. */
    public static Definition ofRecord(String name, List<Field> fields) {
        return new Definition(name, Kind.RECORD, fields, List.of(), List.of(), List.of());
    }

    /** An enum. */
    public static Definition ofEnum(String name, List<String> constants) {
        return new Definition(name, Kind.ENUM, List.of(), constants, List.of(), List.of());
    }

    /** A sealed interface of records. */
    public static Definition ofSealed(String name, List<Definition> records) {
        return new Definition(name, Kind.SEALED, List.of(), List.of(), records, List.of());
    }

    /** The interface of objects. */
    public static Definition ofInterface(String name, List<Method> methods) {
        return new Definition(name, Kind.INTERFACE, List.of(), List.of(), List.of(), methods);
    }
}
