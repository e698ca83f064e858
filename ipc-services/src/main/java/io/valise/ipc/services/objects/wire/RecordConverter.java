package io.valise.ipc.services.objects.wire;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A record, by its components: unknown ones are ignored, missing ones have their {@link #absent} value. */
final class RecordConverter implements Converter {
    private final Class<?> type;
    private final MethodHandle constructor;
    private Component[] components = {};

    private record Component(String name, MethodHandle accessor, Converter converter) {}

    RecordConverter(Class<?> type) {
        this.type = type;
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        this.constructor = Access.constructor(type, types);
    }

    /** Apart from the constructor, since a record may contain itself, in a list for instance. */
    void resolve(Function<RecordComponent, Converter> converters) {
        components = Arrays.stream(type.getRecordComponents())
                .map(each -> new Component(each.getName(), Access.accessor(each.getAccessor()), converters.apply(each)))
                .toArray(Component[]::new);
    }

    @Override
    public Object toWire(Object value, References references) {
        ValueSet.Builder set = ValueSet.builder();
        for (Component each : components) {
            set.put(each.name, Converter.send(each.converter, read(each, value), references));
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
    public Object fromWire(Object form, References references) {
        if (!(form instanceof ValueSet set)) {
            throw Mismatch.of("record " + type.getSimpleName(), form);
        }
        @Nullable Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = component(components[i], set, references);
        }
        return make(values);
    }

    private @Nullable Object component(Component component, ValueSet set, References references) {
        if (!set.contains(component.name)) {
            return component.converter.absent();
        }
        try {
            return Converter.receive(component.converter, set.get(component.name), references);
        } catch (IpcException e) {
            throw Mismatch.at(type.getSimpleName() + '.' + component.name, e);
        }
    }

    private Object make(@Nullable Object[] values) {
        try {
            return (Object) constructor.invokeExact(values);
        } catch (Throwable e) {
            if (e instanceof Error error) {
                throw error;
            }
            throw new IpcException(
                    IpcStatus.TYPE_MISMATCH, type.getSimpleName() + ": its constructor refuses: " + e, e);
        }
    }
}
