package io.valise.ipc.spi.mapping;

import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.value.ValueSetAccess;
import io.valise.ipc.spi.schema.Definition;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A sealed interface of records: the record, with its name under {@code $record}. Names are only compared, never loaded. */
final class SealedConverter implements NestingConverter {
    private final Class<?> type;
    private final Map<String, RecordConverter> byName = new TreeMap<>();
    private final Map<Class<?>, RecordConverter> byClass = new HashMap<>();
    private @Nullable TypeArguments inside;

    SealedConverter(Class<?> type) {
        this.type = type;
    }

    @Override
    public void resolve(TypeArguments arguments, Converters converters) {
        inside = arguments;
        resolve(type, arguments, converters);
    }

    private void resolve(Class<?> implemented, TypeArguments arguments, Converters converters) {
        for (Class<?> permitted : implemented.getPermittedSubclasses()) {
            TypeArguments inside = arguments.inside(permitted, implemented);
            if (permitted.isRecord()) {
                add(permitted, inside, converters);
            } else if (Converters.isSealed(permitted)) {
                resolve(permitted, inside, converters);
            } else {
                throw new IllegalArgumentException(type.getTypeName() + ": its " + permitted.getTypeName()
                        + " is no record; a sealed interface can cross if all that it permits are records");
            }
        }
    }

    private void add(Class<?> record, TypeArguments inside, Converters converters) {
        String name = WireNames.of(record, record.getSimpleName());
        if (byClass.containsKey(record)) { // by way of another sealed interface
            return;
        }
        RecordConverter converter = new RecordConverter(record, name);
        if (byName.put(name, converter) != null) {
            throw WireNames.twice(type, name);
        }
        byClass.put(record, converter);
        converter.resolve(inside, converters);
    }

    @Override
    public Object toWire(Object value, Conversion conversion, int level) {
        RecordConverter converter = byClass.get(value.getClass());
        if (converter == null) {
            throw Mismatch.because("expected=one of " + byName.keySet() + ", actual="
                    + value.getClass().getTypeName());
        }
        return converter.toWire(value, conversion, level);
    }

    @Override
    public Object fromWire(Object form, Conversion conversion) {
        if (!(form instanceof ValueSet set)) {
            throw Mismatch.of(type.getSimpleName(), form);
        }
        Object name = set.find(WireNames.TYPE).orElse(null);
        RecordConverter converter = name instanceof String text ? byName.get(text) : null;
        if (converter == null) {
            throw Mismatch.because(
                    type.getSimpleName() + ": key \"" + WireNames.TYPE + "\": known=" + byName.keySet() + ", actual="
                            + (name == null ? "none" : ValueSetAccess.get().describe(name)));
        }
        return converter.fromWire(form, conversion);
    }

    @Override
    public Form describe(Definitions types) {
        TypeArguments arguments = Objects.requireNonNull(inside, "resolved when it was made");
        return types.named(
                arguments.name(type),
                name -> Definition.ofSealed(
                        name,
                        byName.values().stream()
                                .map(each -> each.alternative(types))
                                .toList()));
    }
}
