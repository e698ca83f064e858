package io.valise.ipc.spi.mapping;

import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Map} with texts as keys, as a nested set. A map that arrives is unmodifiable, and in the order of the sender.
 *
 * @param values converts its values, which may be null
 */
record MapConverter(Converter values) implements Converter {
    @Override
    public Object toWire(Object value, Conversion conversion, int level) {
        Mismatch.checkLevel(level);
        ValueSet.Builder set = ValueSet.builder();
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
            String key = (String) entry.getKey();
            if (key == null) {
                throw Mismatch.because("a key of the map is null; give a text of 1 to 255 chars");
            }
            put(set, key, entry.getValue(), conversion, level);
        }
        return set.build();
    }

    private void put(ValueSet.Builder set, String key, @Nullable Object value, Conversion conversion, int level) {
        Object form;
        try {
            form = Converter.send(values, value, conversion, level + 1);
        } catch (Mismatch e) {
            throw e.atKey(key);
        }
        try {
            set.put(key, form);
        } catch (IllegalArgumentException e) {
            throw Mismatch.because(e.getMessage(), e).atKey(key);
        }
    }

    @Override
    public Object fromWire(Object form, Conversion conversion) {
        if (!(form instanceof ValueSet set)) {
            throw Mismatch.of("Map", form);
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        set.asMap().forEach((key, value) -> map.put(key, value(key, value, conversion)));
        return Collections.unmodifiableMap(map);
    }

    private @Nullable Object value(String key, @Nullable Object form, Conversion conversion) {
        try {
            return Converter.receive(values, form, conversion);
        } catch (Mismatch e) {
            throw e.atKey(key);
        }
    }

    @Override
    public Object absent() {
        return Map.of();
    }

    @Override
    public Form describe(Definitions types) {
        return Form.map(values.describe(types));
    }
}
