package io.valise.ipc.spi.mapping;

import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@link List} or a {@link Set}, as a list; an array that arrives becomes that of its elements. What arrives is
 * unmodifiable, and in the order of the sender.
 *
 * @param items converts its items, which may be null
 * @param set whether it is a set
 */
record CollectionConverter(Converter items, boolean set) implements Converter {
    @Override
    public Object toWire(Object value, Conversion conversion, int level) {
        return Elements.send(items, (Collection<?>) value, conversion, level);
    }

    @Override
    public Object fromWire(Object form, Conversion conversion) {
        List<?> forms = Elements.of(form, set ? "Set" : "List");
        List<@Nullable Object> values = Elements.receive(items, forms, conversion);
        return set ? Collections.unmodifiableSet(new LinkedHashSet<>(values)) : Collections.unmodifiableList(values);
    }

    @Override
    public Object absent() {
        return set ? Set.of() : List.of();
    }

    @Override
    public Form describe(Definitions types) {
        return Form.list(items.describe(types));
    }
}
