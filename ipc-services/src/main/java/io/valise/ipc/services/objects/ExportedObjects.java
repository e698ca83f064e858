package io.valise.ipc.services.objects;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.hosting.ServiceManifest;
import io.valise.ipc.services.objects.wire.InterfacePlan;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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
    private interface Service {
        CompletionStage<ValueSet> answer(ObjectCalls calls, Request request) throws Exception;
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
        return add(ObjectCalls.rootService(plan), (calls, request) -> calls.call(object, plan, request));
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
                (calls, request) -> calls.make(factory, plan, request));
    }

    /** Gives out a reference to an object at a service of its own. */
    <T> ExportedObjects andNamed(String service, Class<T> type, T object) {
        InterfacePlan plan = InterfacePlan.of(type);
        requireNonNull(object, "object");
        return add(service, (calls, request) -> calls.give(object, plan, request));
    }

    private ExportedObjects add(String name, Service service) {
        if (services.putIfAbsent(name, service) != null) {
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

    /** Offers them to all clients of a server. */
    public IpcServer.Builder addTo(IpcServer.Builder server) {
        services.forEach((name, service) -> server.asyncService(
                name, request -> service.answer(peer(request.connection()).calls(), request)));
        return server;
    }

    /** Offers them to the peer of one connection, at either end. */
    public RemoteObjects on(IpcConnection connection) {
        RemoteObjects objects = peer(connection);
        services.forEach(
                (name, service) -> connection.asyncService(name, request -> service.answer(objects.calls(), request)));
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
