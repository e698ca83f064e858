package io.valise.ipc.cli.schema;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The types that ValueSets hold as another language has them. Immutable.
 *
 * @param known by the name of the type; of arrays those alone that are no lists there
 * @param other what a newer version defines
 * @param arrayOf the list of items of a type
 */
record PlainTypes<T>(Map<String, T> known, T other, UnaryOperator<T> arrayOf) {
    private static final String ARRAY = "_ARRAY";

    T of(String type) {
        return type.endsWith(ARRAY) && !known.containsKey(type)
                ? arrayOf.apply(single(type.substring(0, type.length() - ARRAY.length())))
                : single(type);
    }

    private T single(String type) {
        return known.getOrDefault(type, other);
    }
}
