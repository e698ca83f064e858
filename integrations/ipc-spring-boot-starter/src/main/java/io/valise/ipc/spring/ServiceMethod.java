package io.valise.ipc.spring;

import io.valise.ipc.CallContext;
import io.valise.ipc.Event;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * What a method marked {@link IpcHandler} or {@link IpcEvent} says: of a service, or of calls of one. Immutable.
 *
 * @param message the type of the message; {@link Nothing} where there is no parameter for it
 * @param result the type of the reply or of the items, or {@code void}
 * @param messageAt which parameter has the message, -1 for none
 * @param contextAt which parameter has the {@link Request} or {@link Event}, -1 for none
 */
record ServiceMethod(
        Method method, String name, Form form, Class<?> message, Class<?> result, int messageAt, int contextAt) {
    /** How a call ends. */
    enum Form {
        REPLY,
        LATER,
        STREAM,
        EVENT
    }

    /** The message of a method without a parameter for it. */
    record Nothing() {}

    /** The methods of a type that are marked, also where only an interface or a superclass marks them. */
    static Map<Method, ServiceMethod> of(Class<?> type) {
        Map<Method, ServiceMethod> found = new LinkedHashMap<>();
        Map<Method, IpcHandler> handlers = MethodIntrospector.selectMethods(
                type, (Method method) -> AnnotatedElementUtils.findMergedAnnotation(method, IpcHandler.class));
        handlers.forEach((method, marked) -> found.put(method, of(type, method, marked.value(), formOf(method))));
        Map<Method, IpcEvent> events = MethodIntrospector.selectMethods(
                type, (Method method) -> AnnotatedElementUtils.findMergedAnnotation(method, IpcEvent.class));
        events.forEach((method, marked) -> {
            if (found.put(method, of(type, method, marked.value(), Form.EVENT)) != null) {
                throw new IllegalStateException(method + ": marked as IpcHandler and as IpcEvent; remove one");
            }
        });
        return found;
    }

    private static Form formOf(Method method) {
        Class<?> returned = method.getReturnType();
        if (Flow.Publisher.class.isAssignableFrom(returned)) {
            return Form.STREAM;
        }
        return CompletionStage.class.isAssignableFrom(returned) ? Form.LATER : Form.REPLY;
    }

    private static ServiceMethod of(Class<?> type, Method method, String name, Form form) {
        int messageAt = -1;
        int contextAt = -1;
        Class<?>[] parameters = method.getParameterTypes();
        for (int at = 0; at < parameters.length; at++) {
            if (CallContext.class.isAssignableFrom(parameters[at])) {
                contextAt = at;
            } else {
                messageAt = at;
            }
        }
        int known = (messageAt < 0 ? 0 : 1) + (contextAt < 0 ? 0 : 1);
        Class<?> context = form == Form.EVENT ? Event.class : Request.class;
        if (parameters.length != known || (contextAt >= 0 && !parameters[contextAt].isAssignableFrom(context))) {
            throw new IllegalStateException(
                    method + ": parameters: expected=a message, or none, and the " + context.getSimpleName()
                            + ", or not, actual=" + parameters.length + "; put all values into a record");
        }
        Class<?> message = messageAt < 0
                ? Nothing.class
                : checked(method, classOf(method, ResolvableType.forMethodParameter(method, messageAt, type)));
        return new ServiceMethod(
                method,
                name.isEmpty() ? method.getName() : name,
                form,
                message,
                resultOf(type, method, form),
                messageAt,
                contextAt);
    }

    private static Class<?> resultOf(Class<?> type, Method method, Form form) {
        ResolvableType returned = ResolvableType.forMethodReturnType(method, type);
        Class<?> result = switch (form) {
            case LATER -> classOf(method, returned.as(CompletionStage.class).getGeneric(0));
            case STREAM -> classOf(method, returned.as(Flow.Publisher.class).getGeneric(0));
            case REPLY, EVENT -> classOf(method, returned);
        };
        if (form == Form.EVENT && result != void.class) {
            throw new IllegalStateException(
                    method + ": result: expected=void, actual=" + result.getName() + "; nothing answers an event");
        }
        boolean empty = result == void.class || result == Void.class;
        return empty && form != Form.STREAM ? void.class : checked(method, result);
    }

    /** Refuses a type whose values are no messages, as a server that is told of it does. */
    private static <T> Class<T> checked(Method method, Class<T> type) {
        try {
            IpcServer.builder("local:types").onEvent("message", type, message -> {});
            return type;
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(method + ": " + e.getMessage(), e);
        }
    }

    private static Class<?> classOf(Method method, ResolvableType type) {
        Class<?> raw = type.resolve();
        if (raw == null || type.hasGenerics()) {
            throw new IllegalStateException(
                    method + ": type of a message: expected=a class without type arguments, actual=" + type
                            + "; use a record that contains it, or ValueSet");
        }
        return raw;
    }

    /** Whether something is made from a ValueSet, or into one. */
    boolean isTyped() {
        return message != ValueSet.class || (result != ValueSet.class && result != void.class);
    }

    /** What the method is called with. */
    Object[] arguments(Object given, @Nullable CallContext context) {
        Object[] arguments = new Object[method.getParameterCount()];
        if (messageAt >= 0) {
            arguments[messageAt] = given;
        }
        if (contextAt >= 0) {
            arguments[contextAt] = context;
        }
        return arguments;
    }

    /** Refuses a method that a client cannot call by. */
    ServiceMethod checkedForClient() {
        Class<?> returned = method.getReturnType();
        if (contextAt >= 0) {
            throw new IllegalStateException(method + ": no call is handled at a client; remove the parameter "
                    + method.getParameterTypes()[contextAt].getSimpleName());
        }
        if (form == Form.LATER && !returned.isAssignableFrom(CompletableFuture.class)) {
            throw new IllegalStateException(
                    method + ": result: expected=CompletableFuture or CompletionStage, actual=" + returned.getName());
        }
        if (form == Form.STREAM && returned != Flow.Publisher.class) {
            throw new IllegalStateException(method + ": result: expected=Flow.Publisher, actual=" + returned.getName());
        }
        if ((form == Form.LATER || form == Form.STREAM) && !message.isRecord() && result != ValueSet.class) {
            throw new IllegalStateException(method + ": message: expected=a record, as the result is "
                    + result.getName() + ", actual=" + message.getName() + "; use a record or return ValueSet");
        }
        return this;
    }
}
