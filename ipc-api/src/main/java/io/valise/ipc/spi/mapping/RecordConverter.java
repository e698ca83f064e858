package io.valise.ipc.spi.mapping;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.value.Stored;
import io.valise.ipc.internal.value.ValueSetAccess;
import io.valise.ipc.spi.schema.Definition;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Field;
import io.valise.ipc.spi.schema.Form;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A record, by its components: unknown ones are ignored, missing ones have their {@link #absent} value.
 *
 * <p>One method handle writes all components, and one reads them. The components, accessors and converters are constants to the
 * JIT compiler, which can inline them; in a loop over the components each of these calls would be made by a pointer.
 */
@SuppressWarnings("UnusedMethod") // some are found by their names
final class RecordConverter implements NestingConverter {
    private static final String UNRESOLVED = "resolved when it was made";
    private static final ValueSetAccess SETS = ValueSetAccess.get();
    /** A set that is larger has an index, which a builder makes. */
    private static final int SMALL = 8;

    private static final MethodHandle WRITE =
            own("write", void.class, Component.class, Object[].class, Object.class, Conversion.class, int.class);
    private static final MethodHandle READ =
            own("read", void.class, Component.class, Object[].class, ValueSet.class, Conversion.class);
    private static final MethodHandle MAKE = own(
            "make",
            Object.class,
            RecordConverter.class,
            MethodHandle.class,
            MethodHandle.class,
            ValueSet.class,
            Conversion.class);

    private final Class<?> type;
    private final @Nullable String typeName;
    private final int first;
    private final MethodHandle constructor;
    private List<Component> components = List.of();
    private @Nullable MethodHandle writer; // WRITE of all components
    private @Nullable MethodHandle reader; // MAKE with its first arguments
    private @Nullable TypeArguments arguments;

    /**
     * @param index of the constructor's parameter
     * @param pair the index of its key in the pairs of a set that this end has made
     */
    private record Component(int index, int pair, String name, MethodHandle accessor, Converter converter) {}

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

    /** A method of this class. */
    private static MethodHandle own(String name, Class<?> result, Class<?>... parameters) {
        try {
            return MethodHandles.lookup()
                    .findStatic(RecordConverter.class, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(name, e);
        }
    }

    @Override
    public void resolve(TypeArguments inside, Converters converters) {
        arguments = inside;
        Set<String> names = new HashSet<>();
        if (typeName != null) {
            names.add(WireNames.TYPE);
        }
        RecordComponent[] declared = type.getRecordComponents();
        components = IntStream.range(0, declared.length)
                .mapToObj(i -> component(i, declared[i], names, inside, converters))
                .toList();
        writer = Access.forEach(WRITE, components);
        reader = MethodHandles.insertArguments(MAKE, 0, this, Access.forEach(READ, components), constructor);
    }

    private Component component(
            int index, RecordComponent each, Set<String> names, TypeArguments inside, Converters converters) {
        String name = WireNames.of(each, each.getName());
        if (!names.add(name)) {
            throw WireNames.twice(type, name);
        }
        try {
            return new Component(
                    index,
                    2 * (first + index),
                    name,
                    Access.accessor(each.getAccessor()),
                    converters.of(each.getGenericType(), inside));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(type.getSimpleName() + '.' + each.getName() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Object toWire(Object value, Conversion conversion, int level) {
        Mismatch.checkLevel(level);
        @Nullable Object[] pairs = new Object[2 * (first + components.size())];
        if (typeName != null) {
            pairs[0] = WireNames.TYPE;
            pairs[1] = typeName;
        }
        try {
            requireNonNull(writer, UNRESOLVED).invokeExact(pairs, value, conversion, level);
        } catch (Throwable e) {
            throw Access.unchecked(e);
        }
        return set(pairs);
    }

    /** Of {@link #toWire}, one component. */
    private static void write(
            Component component, @Nullable Object[] pairs, Object record, Conversion conversion, int level)
            throws Throwable {
        Object value = (Object) component.accessor.invokeExact(record);
        pairs[component.pair] = component.name;
        try {
            pairs[component.pair + 1] = Converter.send(component.converter, value, conversion, level + 1);
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

    @Override
    public Object fromWire(Object form, Conversion conversion) {
        if (!(form instanceof ValueSet set)) {
            throw Mismatch.of("record " + type.getSimpleName(), form);
        }
        try {
            return (Object) requireNonNull(reader, UNRESOLVED).invokeExact(set, conversion);
        } catch (Throwable e) {
            throw Access.unchecked(e);
        }
    }

    /** Of {@link #fromWire}, all components and the record. */
    private static Object make(
            RecordConverter of, MethodHandle readEach, MethodHandle constructor, ValueSet set, Conversion conversion)
            throws Throwable {
        @Nullable Object[] values = new Object[of.components.size()];
        readEach.invokeExact(values, set, conversion);
        try {
            return (Object) constructor.invokeExact(values);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw Mismatch.because(of.type.getSimpleName() + ": its constructor refuses: " + e, e);
        }
    }

    /** Of {@link #fromWire}, one component. A peer of the same version puts it where this end does: that is looked at first. */
    private static void read(Component component, @Nullable Object[] values, ValueSet set, Conversion conversion) {
        @Nullable Object[] pairs = SETS.pairs(set);
        Object value;
        if (component.pair < pairs.length && component.name.equals(pairs[component.pair])) {
            Object stored = pairs[component.pair + 1];
            value = component.converter.isValue(stored)
                    ? stored
                    : received(component, Stored.copyOut(stored), conversion);
        } else if (set.contains(component.name)) {
            value = received(component, set.get(component.name), conversion);
        } else {
            value = component.converter.absent();
        }
        values[component.index] = value;
    }

    private static @Nullable Object received(Component component, @Nullable Object form, Conversion conversion) {
        try {
            return Converter.receive(component.converter, form, conversion);
        } catch (Mismatch e) {
            throw e.in(component.name);
        }
    }

    @Override
    public Form describe(Definitions types) {
        TypeArguments inside = requireNonNull(arguments, UNRESOLVED);
        return types.named(inside.name(type), name -> definition(name, types));
    }

    /** As one of the records of a sealed interface, without a definition of its own. */
    Definition alternative(Definitions types) {
        return definition(String.valueOf(typeName), types);
    }

    private Definition definition(String name, Definitions types) {
        return Definition.ofRecord(
                name,
                components.stream()
                        .map(each -> new Field(each.name, each.converter.describe(types)))
                        .toList());
    }
}
