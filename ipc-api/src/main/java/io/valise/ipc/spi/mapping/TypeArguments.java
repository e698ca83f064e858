package io.valise.ipc.spi.mapping;

import io.valise.ipc.spi.schema.TypeName;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashMap;
import java.util.Map;

/**
 * The types of the type variables of an interface and of those it extends: in a {@code Consumer<Price>}, T is a Price.
 * Immutable.
 */
public final class TypeArguments {
    private final Map<TypeVariable<?>, Type> known;

    private TypeArguments(Map<TypeVariable<?>, Type> known) {
        this.known = known;
    }

    /** Those of a type that is used in no other. */
    public static TypeArguments of(Type type) {
        return new TypeArguments(Map.of()).within(type);
    }

    /** The type arguments inside a type that is used in this context. */
    public TypeArguments within(Type type) {
        TypeArguments arguments = new TypeArguments(new HashMap<>(known));
        arguments.learn(type);
        return arguments;
    }

    /** The type arguments inside a class that implements a generic interface of which this knows the arguments. */
    TypeArguments inside(Class<?> implementation, Class<?> implemented) {
        TypeArguments arguments = new TypeArguments(new HashMap<>(known));
        for (Type each : implementation.getGenericInterfaces()) {
            if (each instanceof ParameterizedType found && found.getRawType().equals(implemented)) {
                arguments.unify(found.getActualTypeArguments(), implemented.getTypeParameters());
            }
        }
        return arguments;
    }

    private void unify(Type[] written, TypeVariable<?>[] meant) {
        for (int i = 0; i < written.length; i++) {
            if (written[i] instanceof TypeVariable<?> variable) {
                known.put(variable, resolve(meant[i]));
            }
        }
    }

    private void learn(Type type) {
        if (type instanceof ParameterizedType given) {
            TypeVariable<?>[] variables = raw(given).getTypeParameters();
            for (int i = 0; i < variables.length; i++) {
                known.put(variables[i], resolve(given.getActualTypeArguments()[i]));
            }
        }
        for (Type extended : raw(type).getGenericInterfaces()) {
            learn(extended);
        }
    }

    /** A type with the outermost variable or wildcard replaced by its type, or by its bound if that is unknown. */
    public Type resolve(Type type) {
        if (type instanceof WildcardType wildcard) {
            Type[] lower = wildcard.getLowerBounds();
            return resolve(lower.length > 0 ? lower[0] : wildcard.getUpperBounds()[0]);
        }
        if (type instanceof TypeVariable<?> variable) {
            Type value = known.get(variable);
            return value != null ? value : raw(variable.getBounds()[0]);
        }
        return type;
    }

    /** The name of a class that is used with these arguments. */
    TypeName name(Class<?> used) {
        return name(used, used.getTypeParameters());
    }

    private TypeName name(Class<?> used, Type[] arguments) {
        StringBuilder full = new StringBuilder(used.getTypeName());
        StringBuilder simple = new StringBuilder(used.getSimpleName().replace("[]", "Array"));
        for (Type each : arguments) {
            TypeName argument = name(resolve(each));
            full.append('<').append(argument.full()).append('>');
            simple.append('_').append(argument.simple());
        }
        return new TypeName(full.toString(), simple.toString());
    }

    private TypeName name(Type resolved) {
        return resolved instanceof ParameterizedType given
                ? name(raw(given), given.getActualTypeArguments())
                : name(raw(resolved), new Type[0]);
    }

    /** Tells two uses of a generic record apart. */
    @Override
    public String toString() {
        return known.toString();
    }

    /** The class of a type. */
    public static Class<?> raw(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        } else if (type instanceof ParameterizedType parameterized) {
            return (Class<?>) parameterized.getRawType();
        } else if (type instanceof TypeVariable<?> variable) {
            return raw(variable.getBounds()[0]);
        } else if (type instanceof GenericArrayType array) {
            return raw(array.getGenericComponentType()).arrayType();
        }
        return Object.class;
    }
}
