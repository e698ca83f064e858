package io.valise.ipc.spi.mapping;

import io.valise.ipc.WireDefault;
import io.valise.ipc.internal.value.ValueSetAccess;
import io.valise.ipc.spi.schema.Definition;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An enum, by the names of its constants. A name that is not known stands for the constant marked as default, if any is. */
@SuppressWarnings("EnumOrdinal") // an index into an array of the constants of this JVM, never sent
final class EnumConverter implements Converter {
    private final Class<?> type;
    private final String[] names;
    private final Map<String, Object> constants = new LinkedHashMap<>();
    private @Nullable Object unknown;

    EnumConverter(Class<?> type) {
        this.type = type;
        Object[] all = type.getEnumConstants();
        this.names = new String[all.length];
        for (Object constant : all) {
            add((Enum<?>) constant);
        }
    }

    private void add(Enum<?> constant) {
        Field field = field(constant);
        String name = WireNames.of(field, constant.name());
        names[constant.ordinal()] = name;
        if (constants.put(name, constant) != null) {
            throw WireNames.twice(type, name);
        }
        if (field.isAnnotationPresent(WireDefault.class)) {
            if (unknown != null) {
                throw new IllegalArgumentException(type.getTypeName() + ": " + unknown + " and " + constant
                        + " are both marked @WireDefault; mark one");
            }
            unknown = constant;
        }
    }

    private Field field(Enum<?> constant) {
        try {
            return type.getField(constant.name());
        } catch (NoSuchFieldException e) {
            throw new IllegalArgumentException(type.getTypeName() + ": " + constant.name() + " has no field", e);
        }
    }

    @Override
    public Object toWire(Object value, Conversion conversion, int level) {
        return names[((Enum<?>) value).ordinal()];
    }

    @Override
    public Object fromWire(Object form, Conversion conversion) {
        if (!(form instanceof String name)) {
            throw Mismatch.of("constant of " + type.getSimpleName(), form);
        }
        Object constant = constants.getOrDefault(name, unknown);
        if (constant == null) {
            throw Mismatch.because(type.getSimpleName() + ": known=" + constants.keySet() + ", actual="
                    + ValueSetAccess.get().quote(name) + "; a constant marked @WireDefault would stand for it");
        }
        return constant;
    }

    @Override
    public Form describe(Definitions types) {
        return types.named(
                TypeArguments.of(type).name(type), name -> Definition.ofEnum(name, List.copyOf(constants.keySet())));
    }
}
