package io.valise.ipc.services.objects;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.services.hosting.ServiceManifest;
import io.valise.ipc.services.objects.wire.InterfacePlan;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
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
    private final Map<InterfacePlan, Object> roots = new LinkedHashMap<>();
    private final Map<String, Named> named = new LinkedHashMap<>();
    private final Set<RemoteObjects> peers = ConcurrentHashMap.newKeySet();
    private volatile int limit = RemoteObjects.DEFAULT_LIMIT;

    /** What is given out at a service of its own. */
    private record Named(InterfacePlan plan, Supplier<?> object) {}

    ExportedObjects() {}

    /**
     * Exports another object.
     *
     * @throws IllegalArgumentException when one is exported by this interface already, or a method of the interface cannot
     *     be called from another process
     */
    public <T> ExportedObjects and(Class<T> type, T object) {
        if (roots.putIfAbsent(InterfacePlan.of(type), requireNonNull(object, "object")) != null) {
            throw new IllegalArgumentException(type.getTypeName() + ": an object is exported by it already");
        }
        return this;
    }

    /**
     * Makes objects of a class for peers, as {@link RemoteObjects#exportClass}.
     *
     * @throws IllegalArgumentException when it is no name of a class, the class is exported already, or a method of the
     *     interface cannot be called from another process
     */
    public <T> ExportedObjects andClass(String name, Class<T> type, Supplier<? extends T> factory) {
        return andNamed(ServiceManifest.CLASS_PREFIX + ServiceManifest.checkClass(name), type, factory);
    }

    /** Gives out an object at a service of its own. */
    <T> ExportedObjects andNamed(String service, Class<T> type, Supplier<? extends T> object) {
        Named one = new Named(InterfacePlan.of(type), requireNonNull(object, "object"));
        if (named.putIfAbsent(service, one) != null) {
            throw new IllegalArgumentException(service + ": exported already");
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
        roots.forEach((plan, object) -> server.asyncService(
                ObjectCalls.rootService(plan),
                request -> peer(request.connection()).calls().call(object, plan, request)));
        named.forEach((service, one) -> server.asyncService(
                service, request -> peer(request.connection()).calls().give(one.object(), one.plan(), request)));
        return server;
    }

    /** Offers them to the peer of one connection, at either end. */
    public RemoteObjects on(IpcConnection connection) {
        RemoteObjects objects = peer(connection);
        roots.forEach((plan, object) -> connection.asyncService(
                ObjectCalls.rootService(plan), request -> objects.calls().call(object, plan, request)));
        named.forEach((service, one) ->
                connection.asyncService(service, request -> objects.calls().give(one.object(), one.plan(), request)));
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
