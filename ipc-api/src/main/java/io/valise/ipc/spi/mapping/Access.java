package io.valise.ipc.spi.mapping;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Method handles for the user's methods and constructors, each with a type for invokeExact. */
public final class Access {
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
     * @throws IllegalArgumentException when there is none with these parameters, or its class is not accessible
     */
    public static MethodHandle constructor(Class<?> type, Class<?>... parameters) {
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
