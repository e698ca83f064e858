package io.valise.ipc.services.objects;

import io.valise.ipc.ConnectionState;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.hosting.ServiceManifest;
import io.valise.ipc.services.manifest.ManifestFolder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes objects by the names of their classes, in the processes that serve these, and finds running objects by their names:
 * the counterpart of COM's {@code CoCreateInstance} and {@code GetActiveObject}. A process that serves a class is started
 * when none runs, once however many clients ask at the same time.
 *
 * <pre>{@code
 * try (ObjectActivator objects = ObjectActivator.open()) {
 *     Sheet sheet = objects.create("acme.Sheet", Sheet.class); // services/sheets.json declares that class
 *     Optional<Sheet> budget = objects.running("/home/ann/budget.sheet", Sheet.class);
 * }
 * }</pre>
 *
 * <p>It has one connection to each process that it got objects from, until it is closed; these keep such a process from
 * ending for want of use. Objects are references like all others of {@link RemoteObjects}. When their process dies they fail
 * with {@code PEER_DIED}, and the next {@link #create} has another one started. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ObjectActivator implements AutoCloseable {
    private final Consumer<IpcClient.Builder> terms;
    private final Map<Endpoint, Server> servers = new HashMap<>(); // guarded by itself
    private boolean closed; // guarded by servers

    private ObjectActivator(Consumer<IpcClient.Builder> terms) {
        this.terms = terms;
    }

    /** One that connects as a plain client of this user. */
    public static ObjectActivator open() {
        return open(client -> {});
    }

    /**
     * One with clients of its own kind.
     *
     * @param terms what each of its clients has, such as an identity, grants or timeouts
     */
    public static ObjectActivator open(Consumer<IpcClient.Builder> terms) {
        return new ObjectActivator(terms);
    }

    /**
     * Makes an object of a class, in the process of the service whose manifest declares the class.
     *
     * @param className the name of the class
     * @param type the interface to call it by: the one that the class was exported by, or one marked {@link RemoteInterface}
     * @return a reference
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when no manifest declares the class or several do, {@code PROTOCOL_ERROR} when
     *     a manifest is malformed, {@code SERVICE_NOT_FOUND} when the service's process does not export it, {@code
     *     UNSUPPORTED} when its objects do not offer the interface, {@code CONNECTION_CLOSED} after {@link #close}; else as
     *     {@link IpcClient.Builder#connect} with {@code startIfAbsent}, and as {@link IpcConnection#request}
     * @throws IllegalArgumentException when it is no name of a class, or a method of the interface cannot be called from
     *     another process
     */
    public <T> T create(String className, Class<T> type) {
        ServiceManifest manifest = ServiceManifest.ofClass(className).orElseThrow(() -> undeclared(className));
        Endpoint address = manifest.endpoints().get(0);
        return from(address, true, objects -> objects.given(ServiceManifest.CLASS_PREFIX + className, type));
    }

    private static IpcException undeclared(String className) {
        return new IpcException(
                IpcStatus.ENDPOINT_NOT_FOUND,
                "class " + className + ": no manifest declares it; add it to \"classes\" of the service that makes its"
                        + " objects, in "
                        + ManifestFolder.of(ServiceManifest.FOLDER).path(),
                Delivery.NOT_SENT);
    }

    /**
     * The object that a process has registered under a name; empty when none has.
     *
     * @param name as given to {@link RunningObject#register}
     * @param type the interface to call it by: the one that it was registered by, or one marked {@link RemoteInterface}
     * @return a reference
     * @throws IpcException {@code UNSUPPORTED} when it does not offer the interface, {@code CONNECTION_CLOSED} after {@link
     *     #close}; else as {@link IpcClient.Builder#connect} and {@link IpcConnection#request}
     * @throws IllegalArgumentException when it is no name, or a method of the interface cannot be called from another process
     */
    public <T> Optional<T> running(String name, Class<T> type) {
        Endpoint address = RunningObject.address(name);
        try {
            return Optional.of(from(address, false, objects -> objects.given(RunningObject.service(name), type)));
        } catch (IpcException e) {
            if (e.status() == IpcStatus.ENDPOINT_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Asks again, once, when the process that is asked has ended: what it gave is lost with it. */
    private <T> T from(Endpoint address, boolean start, Function<RemoteObjects, T> question) {
        Server server = enter(address);
        try {
            return from(server, start, question);
        } finally {
            leave(server);
        }
    }

    private static <T> T from(Server server, boolean start, Function<RemoteObjects, T> question) {
        IpcConnection asked = server.connection(start);
        try {
            return question.apply(RemoteObjects.of(asked));
        } catch (IpcException e) {
            if (e.status() != IpcStatus.PEER_DIED && e.status() != IpcStatus.CONNECTION_CLOSED) {
                throw e;
            }
            server.drop(asked);
            return question.apply(RemoteObjects.of(server.connection(start)));
        }
    }

    private Server enter(Endpoint address) {
        synchronized (servers) {
            if (closed) {
                throw closedHere();
            }
            Server server = servers.computeIfAbsent(address, Server::new);
            server.users++;
            return server;
        }
    }

    private void leave(Server server) {
        synchronized (servers) {
            server.users--;
            forgetUnused(server);
        }
    }

    /** A server without a connection is not kept, so that names under which nothing runs take no memory. */
    private void forgetUnused(Server server) {
        synchronized (servers) {
            if (server.users == 0 && server.connection.get() == null) {
                servers.remove(server.address, server);
            }
        }
    }

    /** How many servers it is connected to, or is connecting to. */
    int servers() {
        synchronized (servers) {
            return servers.size();
        }
    }

    private static IpcException closedHere() {
        return new IpcException(IpcStatus.CONNECTION_CLOSED, "object activator: closed here", Delivery.NOT_SENT);
    }

    /** Ends its connections, and with them the references to all objects that it got. Idempotent. */
    @Override
    public void close() {
        Map<Endpoint, Server> all;
        synchronized (servers) {
            closed = true;
            all = Map.copyOf(servers);
            servers.clear();
        }
        all.values().forEach(Server::close);
    }

    /** The server at one address, connected when it is needed. Thread-safe; one thread at a time connects. */
    private final class Server {
        private final Endpoint address;
        private final AtomicReference<@Nullable IpcConnection> connection = new AtomicReference<>();
        private int users; // guarded by servers
        private boolean ended; // guarded by this

        Server(Endpoint address) {
            this.address = address;
        }

        synchronized IpcConnection connection(boolean start) {
            if (ended) {
                throw closedHere();
            }
            IpcConnection known = connection.get();
            if (known != null && known.state() != ConnectionState.CLOSED) {
                return known;
            }
            connection.set(null);
            IpcConnection made = connect(start);
            connection.set(made);
            made.closed().thenRun(() -> forget(made));
            return made;
        }

        private IpcConnection connect(boolean start) {
            IpcClient.Builder client = IpcClient.builder(address).startIfAbsent(start);
            terms.accept(client);
            return client.connect();
        }

        /** Ends a connection that has failed. */
        void drop(IpcConnection failed) {
            forget(failed);
            failed.close();
        }

        private void forget(IpcConnection ending) {
            connection.compareAndSet(ending, null);
            forgetUnused(this);
        }

        synchronized void close() {
            ended = true;
            IpcConnection known = connection.get();
            if (known != null) {
                known.close();
            }
        }
    }
}
