package io.valise.ipc.services.objects.wire;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.mapping.Access;
import io.valise.ipc.spi.mapping.Converter;
import io.valise.ipc.spi.mapping.Mismatch;
import io.valise.ipc.spi.mapping.TypeArguments;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.ObjectService;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of one method become messages. A call is {@code {"m": "add/1", "0": argument, …}}, its reply
 * {@code {"r": result}}. Immutable and thread-safe.
 */
public final class MethodPlan {
    private static final String RESULT = "r";

    private final String place;
    private final String key;
    private final String[] names;
    private final Converter[] parameters;
    private final @Nullable Converter result;
    private final boolean async;
    private final boolean closes;
    private final DeclaredExceptions exceptions;
    private final MethodHandle target;

    /** @param same the method, and those that differ from it in their return types only */
    MethodPlan(Method method, List<Method> same, RemoteConverters converters, TypeArguments arguments) {
        this.place = method.getDeclaringClass().getSimpleName() + '.' + method.getName();
        this.key = key(method);
        this.names = IntStream.range(0, method.getParameterCount())
                .mapToObj(Integer::toString)
                .toArray(String[]::new);
        this.parameters = Arrays.stream(method.getGenericParameterTypes())
                .map(type -> converters.of(type, arguments))
                .toArray(Converter[]::new);
        Type future = RemoteConverters.futureOf(method.getGenericReturnType(), arguments);
        this.async = future != null;
        if (async && !method.getReturnType().isAssignableFrom(CompletableFuture.class)) {
            throw new IllegalArgumentException(
                    "returns " + method.getReturnType().getSimpleName() + "; return a CompletionStage");
        }
        this.result = result(future == null ? method.getGenericReturnType() : future, converters, arguments);
        this.closes = same.stream().anyMatch(InterfacePlan::isClose);
        this.exceptions = new DeclaredExceptions(same, arguments);
        this.target = Access.method(method);
    }

    private static @Nullable Converter result(Type type, RemoteConverters converters, TypeArguments arguments) {
        Class<?> raw = TypeArguments.raw(arguments.resolve(type));
        return raw == void.class || raw == Void.class ? null : converters.of(type, arguments);
    }

    /** The method's name in messages: its Java name and the number of its parameters. */
    static String key(Method method) {
        return method.getName() + '/' + method.getParameterCount();
    }

    io.valise.ipc.spi.schema.Method describe(Definitions types) {
        return new io.valise.ipc.spi.schema.Method(
                key.substring(0, key.lastIndexOf('/')),
                Arrays.stream(parameters).map(each -> each.describe(types)).toList(),
                result == null ? null : result.describe(types));
    }

    /** Whether it answers with a {@link CompletionStage}. */
    public boolean isAsync() {
        return async;
    }

    /** Whether it is the {@code close()} of an {@link AutoCloseable}. */
    public boolean closes() {
        return closes;
    }

    /** Puts a call into a message. */
    public void call(ValueSet.Builder message, @Nullable Object @Nullable [] arguments, References references) {
        message.put(ObjectService.METHOD, key);
        for (int i = 0; i < names.length; i++) {
            Object value = arguments == null ? null : arguments[i];
            message.put(names[i], form(parameters[i], value, names[i], references));
        }
    }

    /** Runs a call on an object; throws the method's exception. */
    public @Nullable Object invoke(Object object, ValueSet call, References references) throws Throwable {
        @Nullable Object[] arguments = new Object[names.length];
        for (int i = 0; i < names.length; i++) {
            arguments[i] = value(parameters[i], call, names[i], references);
        }
        return (Object) target.invokeExact(object, arguments);
    }

    /** The reply to a call that brought this result. */
    public ValueSet reply(@Nullable Object value, References references) {
        return result == null ? ValueSet.empty() : ValueSet.of(RESULT, form(result, value, RESULT, references));
    }

    /** The result in a reply. */
    public @Nullable Object result(ValueSet reply, References references) {
        return result == null ? null : value(result, reply, RESULT, references);
    }

    /** What to answer with when the method threw: what names the exception, if the method declares it, else itself. */
    public Throwable sent(Throwable thrown) {
        return exceptions.sent(thrown);
    }

    /**
     * What the caller of the method is to be thrown: the declared exception that the peer names, else the failure. At the end
     * of the time the method is named, as all objects that came by reference are called by one service.
     */
    public Throwable received(IpcException failure) {
        return failure.status() == IpcStatus.TIMEOUT
                ? new IpcException(failure.status(), place + ": " + failure.reason(), failure.delivery(), failure)
                : exceptions.received(failure);
    }

    private @Nullable Object form(Converter converter, @Nullable Object value, String name, References references) {
        try {
            return Converter.send(converter, value, references, Converter.TOP);
        } catch (Mismatch e) {
            throw e.sent(placeOf(name));
        }
    }

    private @Nullable Object value(Converter converter, ValueSet message, String name, References references) {
        if (!message.contains(name)) {
            return converter.absent();
        }
        try {
            return Converter.receive(converter, message.get(name), references);
        } catch (Mismatch e) {
            throw e.received(placeOf(name));
        }
    }

    private String placeOf(String name) {
        return place + (name.equals(RESULT) ? ": its result" : ": argument " + name);
    }
}
