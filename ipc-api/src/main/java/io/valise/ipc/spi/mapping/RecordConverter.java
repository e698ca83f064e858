package io.valise.ipc.spi.mapping;

import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.value.Stored;
import io.valise.ipc.internal.value.ValueSetAccess;
import io.valise.ipc.spi.schema.Definition;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Field;
import io.valise.ipc.spi.schema.Form;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A record, by its components: unknown ones are ignored, missing ones have their {@link #absent} value. */
final class RecordConverter implements NestingConverter {
    private static final ValueSetAccess SETS = ValueSetAccess.get();
    /** A set that is larger has an index, which a builder makes. */
    private static final int SMALL = 8;

    private final Class<?> type;
    private final @Nullable String typeName;
    private final int first;
    private final MethodHandle constructor;
    private Component[] components = {};
    private @Nullable TypeArguments arguments;

    private record Component(String name, MethodHandle accessor, Converter converter) {}

    /** @param typeName what it says under {@code $record}, as one of the records of a sealed interface; else null */
    RecordConverter(Class<?> type, @Nullable String typeName) {
        this.type = type;
        this.typeName = typeName;
        this.first = typeName == null ? 0 : 1;
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        this.constructor = Access.constructor(type, types);
    }

    @Override
    public void resolve(TypeArguments inside, Converters converters) {
        arguments = inside;
        Set<String> names = new HashSet<>();
        if (typeName != null) {
            names.add(WireNames.TYPE);
        }
        components = Arrays.stream(type.getRecordComponents())
                .map(each -> component(each, names, inside, converters))
                .toArray(Component[]::new);
    }

    private Component component(RecordComponent each, Set<String> names, TypeArguments inside, Converters converters) {
        String name = WireNames.of(each, each.getName());
        if (!names.add(name)) {
            throw WireNames.twice(type, name);
        }
        try {
            return new Component(
                    name, Access.accessor(each.getAccessor()), converters.of(each.getGenericType(), inside));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(type.getSimpleName() + '.' + each.getName() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Object toWire(Object value, Conversion conversion, int level) {
        Mismatch.checkLevel(level);
        @Nullable Object[] pairs = new Object[2 * (first + components.length)];
        if (typeName != null) {
            pairs[0] = WireNames.TYPE;
            pairs[1] = typeName;
        }
        int next = 2 * first;
        for (Component each : components) {
            pairs[next++] = each.name;
            pairs[next++] = form(each, read(each, value), conversion, level);
        }
        return set(pairs);
    }

    private static @Nullable Object form(
            Component component, @Nullable Object value, Conversion conversion, int level) {
        try {
            return Converter.send(component.converter, value, conversion, level + 1);
        } catch (Mismatch e) {
            throw e.in(component.name);
        }
    }

    private static ValueSet set(@Nullable Object[] pairs) {
        try {
            return pairs.length <= 2 * SMALL ? SETS.of(pairs) : built(pairs);
        } catch (IllegalArgumentException e) {
            for (int i = 0; i < pairs.length; i += 2) {
                Mismatch.checkForm(String.valueOf(pairs[i]), pairs[i + 1]);
            }
            throw Mismatch.because(e.getMessage(), e);
        }
    }

    private static ValueSet built(@Nullable Object[] pairs) {
        ValueSet.Builder set = ValueSet.builder();
        for (int i = 0; i < pairs.length; i += 2) {
            set.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return set.build();
    }

    private static @Nullable Object read(Component component, Object value) {
        try {
            return (Object) component.accessor.invokeExact(value);
        } catch (Throwable e) {
            throw Access.unchecked(e);
        }
    }

    @Override
    public Object fromWire(Object form, Conversion conversion) {
        if (!(form instanceof ValueSet set)) {
            throw Mismatch.of("record " + type.getSimpleName(), form);
        }
        @Nullable Object[] pairs = SETS.pairs(set);
        @Nullable Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(components[i], set, pairs, 2 * (first + i), conversion);
        }
        return make(values);
    }

    /** A peer of the same version puts a component where this end does, so that is looked at first. */
    private static @Nullable Object value(
            Component component, ValueSet set, @Nullable Object[] pairs, int expected, Conversion conversion) {
        Object form;
        if (expected < pairs.length && component.name.equals(pairs[expected])) {
            form = Stored.copyOut(pairs[expected + 1]);
        } else if (set.contains(component.name)) {
            form = set.get(component.name);
        } else {
            return component.converter.absent();
        }
        try {
            return Converter.receive(component.converter, form, conversion);
        } catch (Mismatch e) {
            throw e.in(component.name);
        }
    }

    private Object make(@Nullable Object[] values) {
        try {
            return (Object) constructor.invokeExact(values);
        } catch (Throwable e) {
            if (e instanceof Error error) {
                throw error;
            }
            throw Mismatch.because(type.getSimpleName() + ": its constructor refuses: " + e, e);
        }
    }

    @Override
    public Form describe(Definitions types) {
        TypeArguments inside = Objects.requireNonNull(arguments, "resolved when it was made");
        return types.named(inside.name(type), name -> definition(name, types));
    }

    /** As one of the records of a sealed interface, without a definition of its own. */
    Definition alternative(Definitions types) {
        return definition(String.valueOf(typeName), types);
    }

    private Definition definition(String name, Definitions types) {
        return Definition.ofRecord(
                name,
                Arrays.stream(components)
                        .map(each -> new Field(each.name, each.converter.describe(types)))
                        .toList());
    }
}
