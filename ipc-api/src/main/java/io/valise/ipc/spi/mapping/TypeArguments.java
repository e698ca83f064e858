package io.valise.ipc.spi.mapping;

import io.valise.ipc.spi.schema.TypeName;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

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
                arguments.unify(found, implemented.getTypeParameters());
            }
        }
        return arguments;
    }

    private void unify(ParameterizedType found, TypeVariable<?>[] variables) {
        Map<TypeVariable<?>, Type> meant = new LinkedHashMap<>();
        Type[] written = found.getActualTypeArguments();
        for (int i = 0; i < written.length; i++) {
            if (written[i] instanceof TypeVariable<?> variable) {
                meant.put(variable, resolve(variables[i]));
            }
        }
        bind(found, meant);
    }

    /** Binds all at once: in a {@code Pair<B, A>} inside a {@code Pair<A, B>} the two change places. */
    private void bind(Type type, Map<TypeVariable<?>, Type> meant) {
        if (meant.values().stream().anyMatch(each -> contains(each, meant.keySet()))) {
            throw new IllegalArgumentException(type.getTypeName()
                    + ": a generic type must not contain itself with arguments that are made of its own");
        }
        known.putAll(meant);
    }

    private boolean contains(Type type, Set<TypeVariable<?>> variables) {
        return isMadeOf(type, each -> {
            Type value = known.get(each);
            return variables.contains(each) || (value != null && contains(value, variables));
        });
    }

    private void learn(Type type) {
        if (type instanceof ParameterizedType given) {
            Map<TypeVariable<?>, Type> meant = new LinkedHashMap<>();
            TypeVariable<?>[] variables = raw(given).getTypeParameters();
            for (int i = 0; i < variables.length; i++) {
                meant.put(variables[i], resolve(given.getActualTypeArguments()[i]));
            }
            bind(given, meant);
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
    public TypeName name(Class<?> used) {
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

    /** Whether a type contains a type variable that fits. */
    static boolean isMadeOf(Type type, Predicate<TypeVariable<?>> variables) {
        if (type instanceof TypeVariable<?> variable) {
            return variables.test(variable);
        } else if (type instanceof ParameterizedType given) {
            return isMadeOf(Stream.of(given.getActualTypeArguments()), variables);
        } else if (type instanceof GenericArrayType array) {
            return isMadeOf(array.getGenericComponentType(), variables);
        }
        return type instanceof WildcardType wildcard
                && isMadeOf(
                        Stream.of(wildcard.getLowerBounds(), wildcard.getUpperBounds())
                                .flatMap(Stream::of),
                        variables);
    }

    private static boolean isMadeOf(Stream<Type> types, Predicate<TypeVariable<?>> variables) {
        return types.anyMatch(each -> isMadeOf(each, variables));
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
