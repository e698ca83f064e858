package io.valise.ipc.services.objects;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.Digest;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * An object of this process that other processes of the user find by a name, such as the document that is open: the
 * counterpart of an entry in COM's running object table. It is registered until it is closed or the process ends, however
 * that ends. Thread-safe.
 *
 * <pre>{@code
 * try (RunningObject open = RunningObject.register("/home/ann/budget.sheet", Sheet.class, sheet)) { ... }
 *
 * // another process
 * try (ObjectActivator objects = ObjectActivator.open()) {
 *     objects.running("/home/ann/budget.sheet", Sheet.class).ifPresent(Sheet::recalculate);
 * }
 * }</pre>
 *
 * <p>There is no table that could be out of date: each object has a server, at an address that is made of its name. So the
 * transports see to it that one process has a name, that it is free again when that process is killed, and that other
 * users do not reach it.
 *
 * @since 0.1.0
 */
public final class RunningObject implements AutoCloseable {
    /** The longest name, in bytes of UTF-8. */
    public static final int MOST_NAME_BYTES = 240;

    /** What the name of the service begins with that gives a running object out; the object's name follows. */
    public static final String SERVICE_PREFIX = "running:";

    private static final String ADDRESS_PREFIX = "object.";
    private static final int READABLE_CHARS = 24;
    private static final int HASH_BYTES = 16;

    private final String name;
    private final IpcServer server;

    private RunningObject(String name, IpcServer server) {
        this.name = name;
        this.server = server;
    }

    /** Registers an object for the processes of this user; else as {@link #register(String, Class, Object, Consumer)}. */
    public static <T> RunningObject register(String name, Class<T> type, T object) {
        return register(name, type, object, server -> {});
    }

    /**
     * Registers an object.
     *
     * @param name 1 to {@value #MOST_NAME_BYTES} bytes of UTF-8, such as the path of a document
     * @param type the interface that others call it by
     * @param terms what the object's server has besides, such as an identity or an access policy
     * @throws IpcException {@code ADDRESS_IN_USE} when a process has registered that name; else as {@link
     *     IpcServer.Builder#start}
     * @throws IllegalArgumentException when it is no such name, or a method of the interface cannot be called from another
     *     process
     */
    public static <T> RunningObject register(String name, Class<T> type, T object, Consumer<IpcServer.Builder> terms) {
        IpcServer.Builder server = IpcServer.builder(address(name));
        new ExportedObjects().andNamed(service(name), type, object).addTo(server);
        terms.accept(server);
        try {
            return new RunningObject(name, server.start());
        } catch (IpcException e) {
            throw e.status() == IpcStatus.ADDRESS_IN_USE ? taken(name, e) : e;
        }
    }

    private static IpcException taken(String name, IpcException cause) {
        return new IpcException(
                IpcStatus.ADDRESS_IN_USE,
                "running object \"" + name + "\": limit=1 of that name, actual=another is registered: "
                        + cause.reason(),
                Delivery.NOT_SENT,
                cause);
    }

    /** The name by which it is found. */
    public String name() {
        return name;
    }

    /** The server that gives it out: for its addresses, and to see who is connected. */
    public IpcServer server() {
        return server;
    }

    /** Takes it off: no process finds it any more, and the references that others have to it end. Idempotent. */
    @Override
    public void close() {
        server.close();
    }

    static String service(String name) {
        return SERVICE_PREFIX + name;
    }

    /**
     * Where the object of a name is served: the end of the name, for those who read lists of servers, and a hash that tells
     * it from all others.
     */
    static Endpoint address(String name) {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MOST_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "name of a running object: limit=1 to " + MOST_NAME_BYTES + " bytes of UTF-8, actual=" + bytes);
        }
        String readable =
                name.substring(Math.max(0, name.length() - READABLE_CHARS)).replaceAll("[^A-Za-z0-9._-]", "_");
        return new Endpoint(Endpoint.ANY, ADDRESS_PREFIX + readable + '.' + Digest.hex(name, HASH_BYTES));
    }

    @Override
    public String toString() {
        return "running object " + name;
    }
}
