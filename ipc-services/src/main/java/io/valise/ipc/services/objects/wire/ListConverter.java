package io.valise.ipc.services.objects.wire;

import io.valise.ipc.ValueSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link List}; an array that arrives becomes the list of its elements; lists that arrive are unmodifiable.
 *
 * @param items converts its items, which may be null
 */
record ListConverter(Converter items) implements Converter {
    @Override
    public Object toWire(Object value, References references) {
        Collection<?> list = (Collection<?>) value;
        List<@Nullable Object> forms = new ArrayList<>(list.size());
        for (Object item : list) {
            forms.add(Converter.send(items, item, references));
        }
        return forms;
    }

    @Override
    public Object fromWire(Object form, References references) {
        List<?> forms = form instanceof List<?> given ? given : elements(form);
        List<@Nullable Object> list = new ArrayList<>(forms.size());
        for (Object item : forms) {
            list.add(Converter.receive(items, item, references));
        }
        return Collections.unmodifiableList(list);
    }

    private static List<?> elements(Object form) {
        if (!form.getClass().isArray()) {
            throw Mismatch.of("List", form);
        }
        return ValueSet.of("array", form).getList("array");
    }

    @Override
    public Object absent() {
        return List.of();
    }
}
