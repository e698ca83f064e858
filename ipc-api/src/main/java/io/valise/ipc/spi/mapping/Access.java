package io.valise.ipc.spi.mapping;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Method handles for the user's methods and constructors, each with a type for invokeExact. */
public final class Access {
    /** A method handle has 255 parameters at most, itself and the array included. */
    private static final int MOST_SLOTS = 253;

    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private Access() {}

    /**
     * A method as {@code (Object target, Object[] arguments)Object}.
     *
     * @throws IllegalArgumentException when its class is not accessible
     */
    public static MethodHandle method(Method method) {
        try {
            method.trySetAccessible();
            return LOOKUP.unreflect(method)
                    .asFixedArity()
                    .asSpreader(Object[].class, method.getParameterCount())
                    .asType(MethodType.methodType(Object.class, Object.class, Object[].class));
        } catch (IllegalAccessException e) {
            throw closed(method.getDeclaringClass(), e);
        }
    }

    /** A record's accessor as {@code (Object record)Object}. */
    static MethodHandle accessor(Method accessor) {
        try {
            accessor.trySetAccessible();
            return LOOKUP.unreflect(accessor).asType(MethodType.methodType(Object.class, Object.class));
        } catch (IllegalAccessException e) {
            throw closed(accessor.getDeclaringClass(), e);
        }
    }

    /**
     * A constructor as {@code (Object[] arguments)Object}.
     *
     * @throws IllegalArgumentException when there is none with these parameters, its class is not accessible, or it has more
     *     parameters than method handles can have
     */
    public static MethodHandle constructor(Class<?> type, Class<?>... parameters) {
        long slots = Arrays.stream(parameters)
                .mapToLong(each -> each == long.class || each == double.class ? 2 : 1)
                .sum();
        if (slots > MOST_SLOTS) {
            throw new IllegalArgumentException(type.getTypeName() + ": components: limit=" + MOST_SLOTS
                    + ", where a long or double counts twice, actual=" + slots
                    + "; put some into a record of their own");
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(parameters);
            constructor.trySetAccessible();
            return LOOKUP.unreflectConstructor(constructor)
                    .asFixedArity()
                    .asSpreader(Object[].class, parameters.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (IllegalAccessException e) {
            throw closed(type, e);
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    type.getTypeName() + ": has no constructor "
                            + Arrays.stream(parameters)
                                    .map(Class::getSimpleName)
                                    .collect(Collectors.joining(", ", "(", ")")),
                    e);
        }
    }

    /**
     * One handle that calls another one for each of these first arguments, in turn, which the JIT compiler sees as constants.
     *
     * @param each returns nothing
     */
    static MethodHandle forEach(MethodHandle each, List<?> firsts) {
        if (firsts.isEmpty()) {
            return MethodHandles.empty(each.type().dropParameterTypes(0, 1));
        } else if (firsts.size() == 1) {
            return MethodHandles.insertArguments(each, 0, firsts.get(0));
        }
        int half = firsts.size() / 2;
        return MethodHandles.foldArguments(
                forEach(each, firsts.subList(half, firsts.size())), forEach(each, firsts.subList(0, half)));
    }

    /** The exception of a method as an unchecked one. */
    static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException known ? known : new UndeclaredThrowableException(thrown);
    }

    private static IllegalArgumentException closed(Class<?> type, IllegalAccessException cause) {
        return new IllegalArgumentException(
                type.getTypeName() + ": not accessible; make it public and export its package, or open "
                        + type.getPackageName() + " to io.valise.ipc",
                cause);
    }
}
