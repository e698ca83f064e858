package io.valise.ipc.spi.mapping;

import io.valise.ipc.ValueSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The elements of lists, sets and arrays, one after the other. */
final class Elements {
    private Elements() {}

    /** The forms of elements, of which some may be null. */
    static List<@Nullable Object> send(Converter items, Collection<?> elements, Conversion conversion, int level) {
        Mismatch.checkLevel(level);
        List<@Nullable Object> forms = new ArrayList<>(elements.size());
        for (Object element : elements) {
            try {
                forms.add(Converter.send(items, element, conversion, level + 1));
            } catch (Mismatch e) {
                throw e.at(forms.size());
            }
        }
        return forms;
    }

    /** The values of forms, of which some may be null. */
    static List<@Nullable Object> receive(Converter items, List<?> forms, Conversion conversion) {
        List<@Nullable Object> values = new ArrayList<>(forms.size());
        for (Object form : forms) {
            try {
                values.add(Converter.receive(items, form, conversion));
            } catch (Mismatch e) {
                throw e.at(values.size());
            }
        }
        return values;
    }

    /**
     * The elements of a form, which is a list or an array.
     *
     * @param expected what the form should be
     */
    static List<?> of(Object form, String expected) {
        if (form instanceof List<?> list) {
            return list;
        } else if (!form.getClass().isArray()) {
            throw Mismatch.of(expected, form);
        }
        return ValueSet.of("array", form).getList("array");
    }
}
