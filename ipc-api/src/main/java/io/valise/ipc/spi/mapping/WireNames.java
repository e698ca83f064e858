package io.valise.ipc.spi.mapping;

import io.valise.ipc.ValueSet;
import io.valise.ipc.WireName;
import java.lang.reflect.AnnotatedElement;

/** The names that components, constants and records have in messages. */
final class WireNames {
    /** The key by which a record says which of the records of a sealed interface it is. */
    static final String TYPE = "$record";

    private WireNames() {}

    /** The name of an element: that of its annotation, else its Java name. */
    static String of(AnnotatedElement element, String javaName) {
        WireName given = element.getAnnotation(WireName.class);
        if (given == null) {
            return javaName;
        }
        ValueSet.of(given.value(), null); // a key must be allowed
        return given.value();
    }

    static IllegalArgumentException twice(Class<?> type, String name) {
        return new IllegalArgumentException(
                type.getTypeName() + ": the wire name \"" + name + "\" is given twice; give each its own by @WireName");
    }
}
