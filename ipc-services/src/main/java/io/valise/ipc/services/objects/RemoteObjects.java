package io.valise.ipc.services.objects;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.Event;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.ExportTable.Exported;
import io.valise.ipc.services.objects.wire.InterfacePlan;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.schema.ObjectService;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The objects that the two ends of one connection call each other's methods on. Thread-safe.
 *
 * <pre>{@code
 * // one process
 * IpcServer server = RemoteObjects.export(Counter.class, new MyCounter())
 *         .addTo(IpcServer.builder("any:counter"))
 *         .start();
 *
 * // the other
 * Counter counter = RemoteObjects.of(connection).remote(Counter.class);
 * counter.increment();
 * }</pre>
 *
 * <p><b>What crosses.</b> By value: what a {@link io.valise.ipc.ValueSet} holds (a parameter of type Object takes any of
 * it), records by component, enums by name, List, Optional. By reference: every other interface, at any depth. A proxy
 * given back to the process of its object is that object again. Nothing is serialized by Java's serialization, and no
 * class is loaded by a name that came from the peer.
 *
 * <p><b>Methods</b> that return a CompletionStage or CompletableFuture do not block the caller; cancelling the future
 * cancels the call. A Flow.Publisher is a reference too; subscriptions have the connection's back-pressure. Overloads
 * with the same number of parameters are refused.
 *
 * <p><b>References</b> are counted. One is released by {@link RemoteObject#close}, by the {@code close()} of an interface that is
 * AutoCloseable, which calls the object's first, when it is garbage, and when the
 * connection ends, however that ends. A reference to an object of a connection that has ended fails as the connection
 * does; under a {@link io.valise.ipc.ReconnectPolicy} roots go on, and other references fail with {@code
 * SERVICE_NOT_FOUND} after a reconnect.
 *
 * <p><b>Versions</b> may differ: unknown components of records are ignored, missing ones are zero, empty or null, and
 * numbers of another width are taken when nothing is lost. A method is known by its name and number of parameters; one
 * that the other version lacks fails with {@code UNSUPPORTED}.
 *
 * <p><b>Failures</b> are {@link IpcException}s, but for declared exceptions: those of {@link IpcConnection}, {@code TYPE_MISMATCH} for arguments and
 * results of another type, {@code UNSUPPORTED}, {@code SERVICE_NOT_FOUND} for an object that is not exported or no longer
 * held, {@code RESOURCE_EXHAUSTED} when the peer holds too many objects; what an object throws arrives as {@code
 * HANDLER_FAILED} with type name and message, unless the method of the interface declares it: then the exception itself is
 * thrown, caused by that failure. It is made by its constructor {@code (String, Throwable)}, else {@code (String)}. A subclass
 * of a declared exception arrives as that, with its own name in the message.
 *
 * @since 0.1.0
 */
public final class RemoteObjects {
    /** How many objects a peer may hold unless {@link #limit} says otherwise. */
    public static final int DEFAULT_LIMIT = 10_000;

    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.objects");
    private static final Map<IpcConnection, RemoteObjects> OF_CONNECTIONS = new ConcurrentHashMap<>();

    private final IpcConnection connection;
    private final ExportTable exports = new ExportTable(DEFAULT_LIMIT);
    private final ObjectCalls calls = new ObjectCalls(this);
    private final Releases releases;
    /** Objects that the peer no longer holds and that have not been notified yet. */
    private final Queue<Unreferenced> freed = new ConcurrentLinkedQueue<>();

    private final DrainLoop telling = new DrainLoop(this::tellFreed);

    private RemoteObjects(IpcConnection connection) {
        this.connection = connection;
        this.releases = new Releases(connection);
    }

    /**
     * Begins to list objects to export.
     *
     * @param type the interface that peers call it by
     * @throws IllegalArgumentException when a method of the interface cannot be called from another process
     */
    public static <T> ExportedObjects export(Class<T> type, T object) {
        return new ExportedObjects().and(type, object);
    }

    /**
     * Begins to list objects to export with a class, whose objects peers have made: each call of {@link
     * ObjectActivator#create} asks the factory for one.
     *
     * @param name the name of the class, {@code [A-Za-z_][A-Za-z0-9._$-]{0,127}}, which the manifest of the service declares
     * @param type the interface that peers call its objects by
     * @param factory makes an object for each peer that asks, or returns the same one again; called by many threads, and not
     *     for a peer that holds as many objects as it may or has given up
     * @throws IllegalArgumentException when it is no name of a class, or a method of the interface cannot be called from
     *     another process
     */
    public static <T> ExportedObjects exportClass(String name, Class<T> type, Supplier<? extends T> factory) {
        return new ExportedObjects().andClass(name, type, factory);
    }

    /** The objects of a connection; the same answer for the same connection, at either end. */
    public static RemoteObjects of(IpcConnection connection) {
        RemoteObjects known = OF_CONNECTIONS.get(connection);
        return known != null ? known : begin(connection);
    }

    private static RemoteObjects begin(IpcConnection connection) {
        RemoteObjects objects = OF_CONNECTIONS.computeIfAbsent(connection, RemoteObjects::offered);
        connection.closed().thenRun(() -> {
            if (OF_CONNECTIONS.remove(connection, objects)) {
                objects.end();
            }
        });
        return objects;
    }

    private static RemoteObjects offered(IpcConnection connection) {
        RemoteObjects objects = new RemoteObjects(connection);
        connection.asyncService(ObjectCalls.SERVICE, objects.calls::call);
        connection.stream(ObjectCalls.STREAMS, objects.calls::stream);
        connection.onEvent(ObjectService.RELEASE, objects::releasedByPeer);
        return objects;
    }

    /**
     * A proxy of the object that the peer exports by an interface. Nothing is sent until it is called; a peer that
     * exports none then replies with {@code SERVICE_NOT_FOUND}.
     *
     * @throws IllegalArgumentException when a method of the interface cannot be called from another process
     */
    public <T> T remote(Class<T> type) {
        return type.cast(RemoteReference.root(this, InterfacePlan.of(type)));
    }

    /**
     * A proxy of the same object whose calls, {@code as} among them, have options. What they bring has none.
     *
     * <pre>{@code
     * Counter patient = RemoteObjects.with(counter, call -> call.timeout(Duration.ofMinutes(5)));
     * }</pre>
     *
     * It is the same reference as the first proxy: equal to it, and released with it.
     *
     * @param proxy a proxy that {@link #remote}, a call or this method brought; the options of a proxy that has some come
     *     first
     * @param options sets them: called for each call, by the thread that calls, and once now
     * @throws IllegalArgumentException when it is no proxy, or an option is refused
     */
    public static <T> T with(T proxy, Consumer<? super IpcConnection.Call> options) {
        requireNonNull(options, "options");
        if (RemoteObject.of(proxy) instanceof RemoteReference reference) {
            @SuppressWarnings("unchecked") // of the same interface
            T with = (T) reference.with(options);
            return with;
        }
        throw new IllegalArgumentException(
                "a Flow.Publisher of another process: expected an object whose methods are called");
    }

    /** A reference to what the peer gives out at a service of its own. */
    <T> T given(String service, Class<T> type) {
        InterfacePlan wanted = InterfacePlan.of(type);
        ValueSet answer = connection.request(service, ValueSet.of(ObjectService.AS, wanted.name()));
        return type.cast(passedReferences().receive(answer, wanted));
    }

    /**
     * Limits how many objects the peer may hold at a time, each interface of an object counted; what would be one more
     * fails with {@code RESOURCE_EXHAUSTED}.
     *
     * @param objects 1 or more
     */
    public RemoteObjects limit(int objects) {
        if (objects < 1) {
            throw new IllegalArgumentException("objects held over one connection: least=1, actual=" + objects);
        }
        exports.limit(objects);
        return this;
    }

    /** How many objects of this process the peer holds now, without exported roots. */
    public int liveObjects() {
        return exports.size();
    }

    // ---- for those who call and are called

    IpcConnection connection() {
        return connection;
    }

    ExportTable exports() {
        return exports;
    }

    ObjectCalls calls() {
        return calls;
    }

    PassedReferences passedReferences() {
        return new PassedReferences(this);
    }

    /** An object that the peer holds. */
    Exported held(long id) {
        Exported exported = exports.find(id);
        if (exported == null) {
            throw new IpcException(
                    IpcStatus.SERVICE_NOT_FOUND,
                    "object " + id
                            + " is not held over this connection: its reference was closed, or came by another one");
        }
        return exported;
    }

    /** This end has dropped a reference to an object of the peer. */
    void released(long id) {
        releases.add(id);
    }

    private void releasedByPeer(Event event) {
        long[] ids = event.message().getLongs("ids", new long[0]);
        long[] counts = event.message().getLongs("counts", new long[0]);
        for (int i = 0; i < Math.min(ids.length, counts.length); i++) {
            Object free = exports.release(ids[i], counts[i]);
            if (free != null) {
                tell(free);
            }
        }
    }

    /** An object was made for the peer, which gets no reference to it. */
    void madeInVain(Object made) {
        if (!exports.holds(made)) {
            tell(made);
        }
    }

    private void end() {
        exports.end().forEach(this::tell);
    }

    private void tell(Object free) {
        if (free instanceof Unreferenced object) {
            freed.add(object);
            telling.signal();
        }
    }

    /** Called one after the other: user code that blocks delays the objects of this connection only. */
    private void tellFreed() {
        for (Unreferenced object = freed.poll(); object != null; object = freed.poll()) {
            try {
                object.unreferenced();
            } catch (RuntimeException | Error e) { // the others must be notified all the same
                LOG.log(Level.WARNING, object.getClass().getName() + ".unreferenced() failed", e);
            }
        }
    }
}
