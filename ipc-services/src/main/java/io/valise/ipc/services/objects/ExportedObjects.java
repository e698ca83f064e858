package io.valise.ipc.services.objects;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.AsyncRequestHandler;
import io.valise.ipc.EndBuilder;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.hosting.ServiceManifest;
import io.valise.ipc.services.objects.wire.InterfacePlan;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Described;
import io.valise.ipc.spi.schema.Offer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The objects that peers find by their interfaces: the roots from which they reach all others. Each is a service of its
 * own, {@code object:} and the interface's name, which an access policy can tell apart and a catalog lists. So are the
 * classes whose objects peers have made, {@code class:} and the class's name, and the running object of a name, {@code
 * running:} and that name. Thread-safe once it was added.
 *
 * @since 0.1.0
 */
public final class ExportedObjects {
    private final Map<String, Service> services = new LinkedHashMap<>();
    private final Set<RemoteObjects> peers = ConcurrentHashMap.newKeySet();
    private volatile int limit = RemoteObjects.DEFAULT_LIMIT;

    /** What is done at a service for the peer that asks. */
    @FunctionalInterface
    private interface Answer {
        CompletionStage<ValueSet> answer(ObjectCalls calls, Request request) throws Exception;
    }

    /** A service by which peers come to an object of an interface. */
    private record Service(InterfacePlan plan, Answer answer) {
        AsyncRequestHandler handler(Function<IpcConnection, RemoteObjects> peers) {
            return new Handler(
                    plan,
                    request -> answer.answer(peers.apply(request.connection()).calls(), request));
        }
    }

    /** A handler that tells the interface. */
    private record Handler(InterfacePlan plan, AsyncRequestHandler handler) implements AsyncRequestHandler, Described {
        @Override
        public CompletionStage<ValueSet> handle(Request request) throws Exception {
            return handler.handle(request);
        }

        @Override
        public Offer describe(String name, Offer.Kind kind, Definitions types) {
            return new Offer(name, Offer.Kind.OBJECT, null, plan.describe(types));
        }
    }

    ExportedObjects() {}

    /**
     * Exports another object.
     *
     * @throws IllegalArgumentException when one is exported by this interface already, or a method of the interface cannot
     *     be called from another process
     */
    public <T> ExportedObjects and(Class<T> type, T object) {
        InterfacePlan plan = InterfacePlan.of(type);
        requireNonNull(object, "object");
        return add(ObjectCalls.rootService(plan), plan, (calls, request) -> calls.call(object, plan, request));
    }

    /**
     * Makes objects of a class for peers, as {@link RemoteObjects#exportClass}.
     *
     * @throws IllegalArgumentException when it is no name of a class, the class is exported already, or a method of the
     *     interface cannot be called from another process
     */
    public <T> ExportedObjects andClass(String name, Class<T> type, Supplier<? extends T> factory) {
        InterfacePlan plan = InterfacePlan.of(type);
        requireNonNull(factory, "factory");
        return add(
                ServiceManifest.CLASS_PREFIX + ServiceManifest.checkClass(name),
                plan,
                (calls, request) -> calls.make(factory, plan, request));
    }

    /** Gives out a reference to an object at a service of its own. */
    <T> ExportedObjects andNamed(String service, Class<T> type, T object) {
        InterfacePlan plan = InterfacePlan.of(type);
        requireNonNull(object, "object");
        return add(service, plan, (calls, request) -> calls.give(object, plan, request));
    }

    private ExportedObjects add(String name, InterfacePlan plan, Answer answer) {
        if (services.putIfAbsent(name, new Service(plan, answer)) != null) {
            throw new IllegalArgumentException(name + ": exported already");
        }
        return this;
    }

    /** Limits how many objects each peer may hold; see {@link RemoteObjects#limit}. */
    public ExportedObjects limit(int objectsPerConnection) {
        if (objectsPerConnection < 1) {
            throw new IllegalArgumentException("objects per connection: least=1, actual=" + objectsPerConnection);
        }
        limit = objectsPerConnection;
        return this;
    }

    /**
     * Offers them to all clients of a server, or to the server of each connection of a client.
     *
     * @return the builder
     */
    public <B extends EndBuilder<B>> B addTo(B builder) {
        services.forEach((name, service) -> builder.asyncService(name, service.handler(this::peer)));
        return builder;
    }

    /** Offers them to the peer of one connection, at either end. */
    public RemoteObjects on(IpcConnection connection) {
        RemoteObjects objects = peer(connection);
        services.forEach((name, service) -> connection.asyncService(name, service.handler(asking -> objects)));
        return objects;
    }

    /** How many objects peers hold now, over all connections, without these roots. */
    public int liveObjects() {
        return peers.stream().mapToInt(RemoteObjects::liveObjects).sum();
    }

    private RemoteObjects peer(IpcConnection connection) {
        RemoteObjects objects = RemoteObjects.of(connection);
        if (peers.add(objects)) {
            objects.limit(limit);
            connection.closed().thenRun(() -> peers.remove(objects));
        }
        return objects;
    }
}
