package io.valise.ipc.spring;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.RemoteObjects;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

/** The bean of an interface marked {@link IpcClient}. Thread-safe. */
abstract class ClientProxy implements InvocationHandler {
    private final Class<?> type;
    private final String client;
    private final IpcConnections connections;

    private ClientProxy(Class<?> type, String client, IpcConnections connections) {
        this.type = type;
        this.client = client;
        this.connections = connections;
        connections.expect(client);
    }

    /**
     * Makes one.
     *
     * @throws IllegalStateException when the interface has a method by which nothing can be called
     */
    static <T> T of(Class<T> type, String client, IpcConnections connections) {
        Map<Method, ServiceMethod> methods = ServiceMethod.of(type);
        ClientProxy handler = methods.isEmpty()
                ? new OfObject(type, client, connections)
                : new OfServices(type, client, connections, methods);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    abstract @Nullable Object call(IpcConnection connection, Method method, @Nullable Object[] arguments)
            throws Throwable;

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> arguments != null && proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> type.getName() + " of the client " + client;
            };
        }
        @Nullable Object[] given = arguments == null ? new Object[0] : arguments;
        return isCall(method)
                ? call(connections.get(client), method, given)
                : InvocationHandler.invokeDefault(proxy, method, given);
    }

    /** Whether a method is sent; any other runs its body. */
    abstract boolean isCall(Method method);

    /** By its marked methods. */
    private static final class OfServices extends ClientProxy {
        private final Map<Method, ServiceMethod> methods;

        OfServices(Class<?> type, String client, IpcConnections connections, Map<Method, ServiceMethod> methods) {
            super(type, client, connections);
            this.methods = methods.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, entry -> entry.getValue().checkedForClient()));
            for (Method method : type.getMethods()) {
                if (!methods.containsKey(method)) {
                    checkHasBody(method);
                }
            }
        }

        private static void checkHasBody(Method method) {
            Class<?> declaring = method.getDeclaringClass();
            if (Modifier.isAbstract(method.getModifiers()) && !ReflectionUtils.isObjectMethod(method)) {
                throw new IllegalStateException(
                        method + ": neither IpcHandler nor IpcEvent; mark all methods that call, or none");
            }
            if (method.isDefault() && !Modifier.isPublic(declaring.getModifiers())) {
                throw new IllegalStateException(method + ": runs here: expected=a public interface, actual="
                        + declaring.getName() + "; make the interface public, or mark the method");
            }
        }

        @Override
        boolean isCall(Method method) {
            return methods.containsKey(method);
        }

        @Override
        @Nullable Object call(IpcConnection connection, Method method, @Nullable Object[] arguments) {
            ServiceMethod of = Objects.requireNonNull(methods.get(method), "checked when this was made");
            Object message = of.messageAt() < 0 ? new ServiceMethod.Nothing() : arguments[of.messageAt()];
            if (message == null) {
                throw new IllegalArgumentException(method + ": message: expected=a value, actual=null");
            }
            return message instanceof Record record && of.message().isRecord()
                    ? byRecord(connection, of, record)
                    : byValueSet(connection, of, written(message, of.message()));
        }

        private static <A> ValueSet written(Object message, Class<A> type) {
            return ValueSet.from(type.cast(message), type);
        }

        private static @Nullable Object byRecord(IpcConnection connection, ServiceMethod of, Record message) {
            if (of.result() == void.class || of.result() == ValueSet.class) {
                return byValueSet(connection, of, ValueSet.from(message));
            }
            return switch (of.form()) {
                case REPLY, EVENT -> connection.request(of.name(), message, of.result());
                case LATER -> connection.requestAsync(of.name(), message, of.result());
                case STREAM -> connection.stream(of.name(), message, of.result());
            };
        }

        private static @Nullable Object byValueSet(IpcConnection connection, ServiceMethod of, ValueSet message) {
            switch (of.form()) {
                case EVENT -> connection.send(of.name(), message);
                case LATER -> {
                    CompletableFuture<ValueSet> reply = connection.requestAsync(of.name(), message);
                    return of.result() == void.class ? done(reply) : reply;
                }
                case STREAM -> {
                    return connection.stream(of.name(), message);
                }
                case REPLY -> {
                    ValueSet reply = connection.request(of.name(), message);
                    return of.result() == void.class ? null : reply.to(of.result());
                }
            }
            return null;
        }

        /** The end of a call without a result; cancelling it cancels the request. */
        private static CompletableFuture<Void> done(CompletableFuture<ValueSet> reply) {
            CompletableFuture<Void> done = reply.thenAccept(empty -> {});
            done.whenComplete((nothing, failure) -> reply.cancel(false)).exceptionally(handedOn -> null);
            return done;
        }
    }

    /** By a remote object, anew for each connection, whose proxy knows which methods are sent. */
    private static final class OfObject extends ClientProxy {
        private final Class<?> remote;
        private volatile @Nullable Root root;

        private record Root(IpcConnection connection, Object object) {}

        OfObject(Class<?> type, String client, IpcConnections connections) {
            super(type, client, connections);
            this.remote = type;
        }

        @Override
        boolean isCall(Method method) {
            return true;
        }

        @Override
        @Nullable Object call(IpcConnection connection, Method method, @Nullable Object[] arguments) throws Throwable {
            Root known = root;
            if (known == null || known.connection() != connection) {
                known = new Root(connection, RemoteObjects.of(connection).remote(remote));
                root = known;
            }
            Object object = known.object();
            return Proxy.getInvocationHandler(object).invoke(object, method, arguments);
        }
    }
}
