package io.valise.ipc.services.objects.wire;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.mapping.Access;
import io.valise.ipc.spi.mapping.TypeArguments;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The exceptions that a method declares. Between the processes each is {@code HANDLER_FAILED} with a text that begins with
 * the name of its class; that name is only compared with the names of those declared here. Immutable and thread-safe.
 */
final class DeclaredExceptions {
    private static final List<Class<?>[]> CONSTRUCTORS =
            List.of(new Class<?>[] {String.class, Throwable.class}, new Class<?>[] {String.class});

    private final Map<String, Maker> byName = new HashMap<>();

    /** One that is declared, and its constructor. */
    private record Maker(Class<?> type, MethodHandle constructor, boolean takesCause) {}

    /** Those that each of the methods declares, itself or by a superclass: a proxy can throw no others. */
    DeclaredExceptions(List<Method> same, TypeArguments arguments) {
        List<List<Class<?>>> declared = same.stream()
                .map(method -> declaredBy(method, arguments).toList())
                .toList();
        declared.stream()
                .flatMap(List::stream)
                .filter(type -> isSent(type) && declared.stream().allMatch(each -> covers(each, type)))
                .forEach(type -> byName.computeIfAbsent(type.getName(), name -> maker(type)));
    }

    private static Stream<Class<?>> declaredBy(Method method, TypeArguments arguments) {
        return Arrays.stream(method.getGenericExceptionTypes()).map(type -> TypeArguments.raw(arguments.resolve(type)));
    }

    private static boolean covers(List<Class<?>> declared, Class<?> type) {
        return declared.stream().anyMatch(each -> each.isAssignableFrom(type));
    }

    /** An IpcException has a status to be sent by; an error, or an interrupt, is one of its own process alone. */
    private static boolean isSent(Class<?> type) {
        return !IpcException.class.isAssignableFrom(type)
                && !Error.class.isAssignableFrom(type)
                && !InterruptedException.class.isAssignableFrom(type);
    }

    private static Maker maker(Class<?> type) {
        for (Class<?>[] parameters : CONSTRUCTORS) {
            if (!Modifier.isAbstract(type.getModifiers()) && hasConstructor(type, parameters)) {
                return new Maker(type, Access.constructor(type, parameters), parameters.length == 2);
            }
        }
        throw new IllegalArgumentException("throws " + type.getTypeName()
                + ", which cannot be made at the caller: expected=a constructor (String, Throwable) or (String), not private,"
                + " actual=" + (Modifier.isAbstract(type.getModifiers()) ? "an abstract class" : "none")
                + "; add one, or declare another exception");
    }

    private static boolean hasConstructor(Class<?> type, Class<?>... parameters) {
        return Stream.of(type.getDeclaredConstructors())
                .filter(each -> !Modifier.isPrivate(each.getModifiers()))
                .map(Constructor::getParameterTypes)
                .anyMatch(each -> Arrays.equals(each, parameters));
    }

    /** What to answer with when an object has thrown: itself, unless it is declared. */
    Throwable sent(Throwable thrown) {
        Class<?> declared = declared(thrown);
        if (declared == null) {
            return thrown;
        }
        try {
            String message = thrown.getMessage() == null ? "" : thrown.getMessage();
            String real = declared == thrown.getClass() ? "" : thrown.getClass().getName();
            String text = Stream.of(declared.getName(), real, message)
                    .filter(part -> !part.isEmpty())
                    .reduce((before, after) -> before + ": " + after)
                    .orElseThrow();
            return new IpcException(IpcStatus.HANDLER_FAILED, text, thrown);
        } catch (RuntimeException e) { // its getMessage is the user's code
            thrown.addSuppressed(e);
            return thrown;
        }
    }

    /** The class that declares it; one that need not be declared is not by {@code throws Exception}. */
    private @Nullable Class<?> declared(Throwable thrown) {
        if (!isSent(thrown.getClass())) {
            return null;
        }
        for (Class<?> type = thrown.getClass(); type != Object.class; type = type.getSuperclass()) {
            Maker maker = byName.get(type.getName());
            if (maker != null && maker.type == type) {
                return type;
            } else if (type == RuntimeException.class) {
                return null;
            }
        }
        return null;
    }

    /** The exception of the caller's method: the declared one that the peer names, caused by the failure, or the failure. */
    Throwable received(IpcException failure) {
        if (byName.isEmpty() || failure.status() != IpcStatus.HANDLER_FAILED) {
            return failure;
        }
        String[] text = failure.reason().split(": ", 2);
        Maker maker = byName.get(text[0]);
        return maker == null ? failure : made(maker, text.length == 1 ? null : text[1], failure);
    }

    private static Throwable made(Maker maker, @Nullable String message, IpcException failure) {
        try {
            if (maker.takesCause) {
                return (Throwable) (Object) maker.constructor.invokeExact(new @Nullable Object[] {message, failure});
            }
            return causedBy(
                    failure, (Throwable) (Object) maker.constructor.invokeExact(new @Nullable Object[] {message}));
        } catch (Throwable e) { // the constructor is the user's code
            failure.addSuppressed(e);
            return failure;
        }
    }

    private static Throwable causedBy(IpcException failure, Throwable made) {
        try {
            return made.initCause(failure);
        } catch (IllegalStateException e) { // the constructor has set another cause, or none for good
            made.addSuppressed(failure);
            return made;
        }
    }
}
