package io.valise.ipc.spring;

import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.mapping.TypeArguments;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;

/** What calls use by reflection: methods, proxies, and all types that their messages contain. Used by one thread. */
final class CallHints {
    private final RuntimeHints hints;
    /** Types of messages, with those that they contain. */
    private final Set<Type> messages = new LinkedHashSet<>();
    /** Interfaces of remote objects, with those that they name. */
    private final Set<Class<?>> remote = new LinkedHashSet<>();

    CallHints(RuntimeHints hints) {
        this.hints = hints;
    }

    /** An interface marked {@link IpcClient}. */
    void addClient(Class<?> type) {
        addProxy(type);
        Map<Method, ServiceMethod> methods = ServiceMethod.of(type);
        methods.values().forEach(this::addTypes);
        if (methods.isEmpty()) {
            addRemote(type);
        }
    }

    /** The class of a bean, and the interfaces by which it is a remote object. */
    void addService(Class<?> type, Class<?>[] remotes) {
        addMethods(type);
        ServiceMethod.of(type).values().forEach(this::addTypes);
        for (Class<?> each : remotes) {
            addRemote(each);
        }
    }

    /** The types of messages, after all clients and services are added. */
    void register() {
        new BindingReflectionHintsRegistrar()
                .registerReflectionHints(hints.reflection(), messages.toArray(Type[]::new));
    }

    private void addProxy(Class<?> type) {
        hints.proxies().registerJdkProxy(type);
        addMethods(type);
    }

    /** Those of its superclasses and interfaces too, one of which may have the mark of a method. */
    private void addMethods(Class<?> type) {
        hints.reflection()
                .registerType(type, MemberCategory.INVOKE_DECLARED_METHODS, MemberCategory.INVOKE_PUBLIC_METHODS);
        Class<?> above = type.getSuperclass();
        if (above != null && above != Object.class) {
            addMethods(above);
        }
        for (Class<?> each : type.getInterfaces()) {
            addMethods(each);
        }
    }

    private void addTypes(ServiceMethod method) {
        addMessage(method.message(), TypeArguments.of(method.message()));
        addMessage(method.result(), TypeArguments.of(method.result()));
    }

    private void addRemote(Class<?> type) {
        if (!remote.add(type)) {
            return;
        }
        addProxy(type);
        TypeArguments arguments = TypeArguments.of(type);
        for (Method method : type.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                for (Type each : method.getGenericParameterTypes()) {
                    addMessage(each, arguments);
                }
                addMessage(method.getGenericReturnType(), arguments);
                for (Class<?> each : method.getExceptionTypes()) {
                    hints.reflection()
                            .registerType(
                                    each,
                                    MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
                                    MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
                }
            }
        }
    }

    private void addMessage(Type written, TypeArguments arguments) {
        Type type = arguments.resolve(written);
        if (type instanceof ParameterizedType parameterized) {
            addMessage(parameterized.getRawType(), arguments);
            for (Type argument : parameterized.getActualTypeArguments()) {
                addMessage(argument, arguments);
            }
        } else if (type instanceof GenericArrayType array) {
            addMessage(array.getGenericComponentType(), arguments);
        } else if (type instanceof Class<?> raw && raw.isArray()) {
            addMessage(raw.componentType(), arguments);
        } else if (type instanceof Class<?> raw && isReference(raw)) {
            addRemote(raw);
        } else if (type instanceof Class<?> raw && raw != ValueSet.class && messages.add(raw)) {
            addContained(raw);
        }
    }

    private void addContained(Class<?> type) {
        if (type.isSealed()) {
            for (Class<?> each : type.getPermittedSubclasses()) {
                addMessage(each, TypeArguments.of(each));
            }
        } else if (type.isRecord()) {
            TypeArguments arguments = TypeArguments.of(type);
            for (var component : type.getRecordComponents()) {
                addMessage(component.getGenericType(), arguments);
            }
        }
    }

    /** Whether values of a type cross by reference, as {@code RemoteObjects} decides; some that it refuses count too. */
    private static boolean isReference(Class<?> type) {
        return type.isInterface()
                && !type.isSealed()
                && type != Flow.Publisher.class
                && !Collection.class.isAssignableFrom(type)
                && !Map.class.isAssignableFrom(type)
                && !CompletionStage.class.isAssignableFrom(type)
                && !Future.class.isAssignableFrom(type);
    }
}
