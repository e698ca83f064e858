package io.valise.ipc.spi.schema;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Collects the types of a schema, each once, though it contains itself. Used by one thread. */
public final class Definitions {
    private final Map<TypeName, String> names = new HashMap<>();
    private final Map<String, Definition> definitions = new TreeMap<>();

    /**
     * Refers to a type.
     *
     * @param definition defines it by the name that it has in this schema; called when it is referred to first
     */
    public Form named(TypeName type, Function<String, Definition> definition) {
        String name = names.get(type);
        if (name == null) {
            name = free(type.simple());
            names.put(type, name);
            definitions.put(name, definition.apply(name));
        }
        return Form.named(name);
    }

    /** A second type of a simple name has a number. */
    private String free(String simple) {
        String name = simple;
        for (int number = 2; names.containsValue(name); number++) {
            name = simple + number;
        }
        return name;
    }

    /** All that was referred to, sorted by name. */
    public List<Definition> all() {
        return List.copyOf(definitions.values());
    }
}
