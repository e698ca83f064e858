package io.valise.ipc;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.internal.endpoint.ServerCore;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A server: services and event handlers at one or more addresses. Thread-safe.
 *
 * <pre>{@code
 * try (IpcServer server = IpcServer.builder("any:quotes")
 *         .service("price", request -> ValueSet.of("bid", 101.25))
 *         .closeOnExit(Duration.ofSeconds(5)) // on SIGTERM too
 *         .start()) {
 *     server.awaitClosed();
 * }
 * }</pre>
 *
 * <p>Every server also answers {@code valise.ping}, which echoes its message, and {@code valise.info}.
 */
public final class IpcServer implements AutoCloseable {
    private final ServerCore core;

    IpcServer(ServerCore core) {
        this.core = core;
    }

    /**
     * Begins to describe a server.
     *
     * @param endpoints addresses such as {@code shm:quotes}; {@code any:quotes} stands for every transport that works here
     *     ({@code local:} alone only where there is no other to be found)
     * @throws IllegalArgumentException when there is none or one is malformed
     */
    public static Builder builder(String... endpoints) {
        return new ServerBuilder(endpoints);
    }

    /** The addresses served, each concrete. */
    public List<Endpoint> endpoints() {
        return core.endpoints();
    }

    /** The connections open now. */
    public List<IpcConnection> connections() {
        return core.connections();
    }

    /**
     * Sends an event to every connection. Does not wait for a client: a connection whose buffer is full gets it later, in
     * order, and one that falls too far behind is closed with {@code RESOURCE_EXHAUSTED}. Where so much is queued although
     * there is room, it waits for the threads of this process that send.
     */
    public void broadcast(String event, ValueSet message) {
        core.broadcast(event, message);
    }

    /** The counters of all connections since the server started. */
    public Stats stats() {
        return core.stats();
    }

    /**
     * Frees the addresses, refuses new work, waits for what was received before, and closes. Replies are delivered before
     * the connections close. What a client sent later is {@link Delivery#REJECTED}, as no handler sees it; a client that goes
     * on sending does not hold this up.
     *
     * @param grace how long to wait at most; positive
     * @return whether all requests, streams and events that were received before were done in time, and their answers taken
     */
    public boolean shutdown(Duration grace) {
        return core.shutdown(Deadline.nanos("grace", grace));
    }

    /**
     * Closes unless a client is connected. One that is just connecting is refused before its {@code connect} returns, so
     * no client ever gets a connection that this then closes.
     *
     * @return whether it closed
     */
    public boolean closeIfUnused() {
        return core.closeIfUnused();
    }

    /**
     * Frees the addresses and closes every connection at once. Calls that no handler has seen are {@link Delivery#REJECTED}
     * for the client; events that wait for a handler are dropped. Idempotent; may be called from a handler.
     */
    @Override
    public void close() {
        core.close();
    }

    /** Waits until the server is closed. */
    public void awaitClosed() throws InterruptedException {
        core.awaitClosed();
    }

    /**
     * Describes a server. Not thread-safe. A service's name can be registered once; names that begin with {@code valise.}
     * are reserved. Handlers and listeners run under the context class loader that was current when the builder was made.
     */
    public interface Builder {
        /** Adds a service. */
        Builder service(String name, RequestHandler handler);

        /** Adds a service that answers later. */
        Builder asyncService(String name, AsyncRequestHandler handler);

        /** Adds a service that answers with a stream. */
        Builder stream(String name, StreamHandler handler);

        /** Sets the handler of an event. */
        Builder onEvent(String name, EventHandler handler);

        /**
         * Is told of every new connection, once, about when its client's {@code connect} returns. One that throws closes
         * it: with the status and message of an {@link IpcException}, else with {@code HANDLER_FAILED}. Of several
         * listeners each is told, in the order in which they were given.
         */
        Builder onConnect(Consumer<IpcConnection> listener);

        /**
         * Is told when such a connection has ended, once, after {@link #onConnect}'s listener is done. Of several listeners
         * each is told, in the order in which they were given.
         */
        Builder onDisconnect(BiConsumer<IpcConnection, CloseReason> listener);

        /** Who may use what; {@link AccessPolicy#sameUser()} unless said otherwise. */
        Builder access(AccessPolicy policy);

        /**
         * Proves to clients that have an identity that this is that application, and accepts the grants that its publisher
         * signed.
         */
        Builder identity(AppIdentity identity);

        /** Lets in over {@code loopback:} those only for whom there is an {@code in} rule; implies their {@link #identity}. */
        Builder loopbackRules(LoopbackAccessRules rules);

        /** The longest message taken, in bytes of its frame, 4 KiB to 1 GiB; 16 MiB unless said otherwise. */
        Builder maxMessageBytes(int bytes);

        /** Runs the handlers; unless given, the thread that reads a request runs its handler. */
        Builder executor(Executor executor);

        /** How readers wait; {@link WaitStrategy#adaptive()} unless said otherwise. */
        Builder waitStrategy(WaitStrategy strategy);

        /** Adds a transport beside those {@link io.valise.ipc.spi.Providers} finds. */
        Builder transport(Transport transport);

        /**
         * Whether the JVM lives until the server is closed; false unless said otherwise: all threads of this library are
         * daemon threads, and an embedding application decides for itself when it ends. With true, one thread that is no
         * daemon, {@code valise-keep-alive}, lives from {@link #start} until the server is closed in whichever way. Then
         * nothing of this library holds back the end of the JVM. The thread keeps neither the server nor a class loader of
         * the application in memory. {@code System.exit} and signals end the JVM all the same.
         *
         * @since 0.1.0
         */
        Builder keepAlive(boolean yes);

        /**
         * Closes the server when its JVM exits: on SIGTERM, SIGINT (Ctrl-C), {@code System.exit}, or because only daemon
         * threads are left. Unless said otherwise a JVM that exits closes no server: clients see it end as if it had
         * crashed. With this, a shutdown hook of the JVM, the thread {@code valise-close-on-exit}, frees the addresses,
         * refuses new calls, waits for what is under way as {@link IpcServer#shutdown} does, and closes. Handlers go on
         * running meanwhile. The JVM exits after its hooks, with the status that it would have had: after SIGTERM 143,
         * after SIGINT 130.
         *
         * <p>The hooks of several servers run at the same time, as those of the application do: a handler must not rely on
         * what another hook takes down. A handler that calls {@code System.exit} never returns and is waited for as long as
         * {@code grace}. A server that is closed otherwise removes its hook, and {@link IpcServer#close} may be called
         * while the hook runs, which ends the waiting for calls. Nothing runs on SIGKILL ({@code kill -9}), {@code
         * Runtime.halt} or a crash of the JVM.
         *
         * @param grace how long to wait at most for what is under way; zero closes at once
         * @throws IllegalArgumentException when {@code grace} is negative
         * @since 0.1.0
         */
        Builder closeOnExit(Duration grace);

        /**
         * Starts to serve, at all addresses or none. Where {@code any:} can reach no other process, it is {@code
         * UNSUPPORTED}, and the message says for each transport why; {@code local:} alone is asked for by that name.
         *
         * @throws IpcException {@code ADDRESS_IN_USE}, {@code UNSUPPORTED}, {@code RESOURCE_EXHAUSTED}, {@code ACCESS_DENIED}
         * @throws IllegalStateException when this builder has started a server already, or when the exit that is to close
         *     the server ({@link #closeOnExit}) has begun
         */
        IpcServer start();
    }
}
