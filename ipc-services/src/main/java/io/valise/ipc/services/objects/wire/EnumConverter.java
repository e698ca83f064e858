package io.valise.ipc.services.objects.wire;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * An enum, by the names of its constants.
 *
 * @param type its class
 * @param constants those that this version knows
 */
record EnumConverter(Class<?> type, Map<String, Object> constants) implements Converter {
    static EnumConverter of(Class<?> type) {
        return new EnumConverter(
                type,
                Arrays.stream(type.getEnumConstants())
                        .collect(Collectors.toMap(constant -> ((Enum<?>) constant).name(), Function.identity())));
    }

    @Override
    public Object toWire(Object value, References references) {
        return ((Enum<?>) value).name();
    }

    @Override
    public Object fromWire(Object form, References references) {
        Object constant = form instanceof String name ? constants.get(name) : null;
        if (constant == null) {
            throw new IpcException(
                    IpcStatus.TYPE_MISMATCH,
                    type.getSimpleName() + ": known=" + constants.keySet() + ", actual=" + form);
        }
        return constant;
    }
}
