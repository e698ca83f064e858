package io.valise.ipc.spi.mapping;

import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An array of what ValueSets hold in lists alone: records, enums, arrays, boxed numbers.
 *
 * @param element the class of its elements
 * @param items converts them; they may be null
 */
record ArrayConverter(Class<?> element, Converter items) implements Converter {
    @Override
    public Object toWire(Object value, Conversion conversion, int level) {
        return Elements.send(items, Arrays.asList((@Nullable Object[]) value), conversion, level);
    }

    @Override
    public Object fromWire(Object form, Conversion conversion) {
        List<?> forms = Elements.of(form, element.getSimpleName() + "[]");
        List<@Nullable Object> values = Elements.receive(items, forms, conversion);
        return values.toArray((@Nullable Object[]) Array.newInstance(element, values.size()));
    }

    @Override
    public Object absent() {
        return Array.newInstance(element, 0);
    }

    @Override
    public Form describe(Definitions types) {
        return Form.list(items.describe(types));
    }
}
