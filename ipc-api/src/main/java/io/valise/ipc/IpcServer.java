package io.valise.ipc;

import io.valise.ipc.internal.endpoint.ServerCore;
import io.valise.ipc.internal.work.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
 * <p>Every server also answers {@code valise.ping}, which echoes its message, {@code valise.info}, and {@code
 * valise.schema}, which tells the services, streams and events with their types.
 *
 * @since 0.1.0
 */
public final class IpcServer implements AutoCloseable {
    private final ServerCore core;

    IpcServer(ServerCore core) {
        this.core = core;
    }

    /**
     * Returns a builder for a server.
     *
     * @param endpoints addresses such as {@code shm:quotes}; {@code any:quotes} stands for every transport that works here
     *     ({@code local:} alone only where there is no other); {@code system:quotes} serves other users of the machine, too,
     *     as an administrator allows and {@link Builder#access} says
     * @throws IllegalArgumentException when there is none or one is malformed
     */
    public static Builder builder(String... endpoints) {
        return new ServerBuilder(Arrays.stream(endpoints).map(Endpoint::parse).toList());
    }

    /**
     * Like {@link #builder(String...)}, with addresses that are parsed already.
     *
     * @param endpoint the first address
     * @param more further addresses
     */
    public static Builder builder(Endpoint endpoint, Endpoint... more) {
        List<Endpoint> endpoints = new ArrayList<>(List.of(more));
        endpoints.add(0, endpoint);
        return new ServerBuilder(endpoints);
    }

    /** The addresses served, each concrete; an unmodifiable list, also after the server has closed. */
    public List<Endpoint> endpoints() {
        return core.endpoints();
    }

    /** The connections open now: an unmodifiable snapshot. */
    public List<IpcConnection> connections() {
        return core.connections();
    }

    /**
     * Sends an event to every connection; to one of another user ({@code system:} addresses) only if the {@link
     * Builder#access policy} allows that user an event of this name. Does not wait for a client: a connection whose buffer is full gets it later, in
     * order, and one that falls too far behind is closed with {@code RESOURCE_EXHAUSTED}. Where so much is queued although
     * there is room, it waits for the threads of this process that send, at most for the request timeout.
     *
     * @param event the event's name, 1 to 255 bytes of UTF-8
     * @throws IllegalArgumentException when the name is empty or too long
     */
    public void broadcast(String event, ValueSet message) {
        core.broadcast(event, message);
    }

    /**
     * Sends a record as an event to every connection, as {@link #broadcast(String, ValueSet)} does.
     *
     * @throws IllegalArgumentException when the name is empty or too long, or the record cannot be sent (see {@link
     *     ValueSet#from(Record)})
     */
    public void broadcast(String event, Record message) {
        broadcast(event, ValueSet.from(message));
    }

    /** The counters of all connections since the server started: a snapshot. */
    public Stats stats() {
        return core.stats();
    }

    /**
     * Frees the addresses, refuses new work, waits until the work that was received before is done, and closes. Blocks the
     * calling thread meanwhile, at most for about {@code grace}: do not call it from a handler, which would wait for itself.
     * Replies are delivered before the connections close. What a client sends later is {@link Delivery#REJECTED}, as no
     * handler sees it; a client that continues to send does not delay the shutdown.
     *
     * <p>An interrupt ends the waiting: the server closes at once, as by {@link #close}, the method returns false, and the
     * thread's interrupt status stays set. An interrupt from before does the same, where there is work to wait for. A second
     * call, from this thread or another, is harmless.
     *
     * @param grace how long to wait at most; positive
     * @return whether all requests, streams and events that were received before were done in time, and their answers taken
     * @throws IllegalArgumentException when {@code grace} is not positive
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

    /**
     * Whether the server is not closed yet, however that comes about: false from when {@link #awaitClosed} returns at once.
     *
     * @since 0.1.0
     */
    public boolean isOpen() {
        return core.isOpen();
    }

    /**
     * Waits until the server is closed, however that comes about; returns at once when it is closed already.
     *
     * @throws InterruptedException when the thread is interrupted while it waits or was before; the server is not affected
     */
    public void awaitClosed() throws InterruptedException {
        core.awaitClosed();
    }

    /**
     * Describes a server: what it has in common with a client is {@link EndBuilder}'s. Not thread-safe. Listeners run, as
     * handlers do, under the context class loader that was current when the builder was made.
     *
     * @since 0.1.0
     */
    public interface Builder extends EndBuilder<Builder> {
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

        /**
         * Has the server measure how long requests take, from when they are read to their answer, for {@link
         * Stats#latencies()}: two readings of the clock and an object more for each. Without it nothing is measured but for
         * a minute after a client has asked for that by {@code valise.info}, as {@code ipc top} does.
         */
        Builder measureLatency();

        /**
         * Whether the JVM lives until the server is closed; false unless said otherwise: all threads of this library are
         * daemon threads, and an embedding application decides for itself when it ends. With true, one thread that is no
         * daemon, {@code valise-keep-alive}, lives from {@link #start} until the server is closed in whichever way. Then
         * nothing of this library holds back the end of the JVM. The thread keeps neither the server nor a class loader of
         * the application in memory. {@code System.exit} and signals end the JVM all the same.
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
         */
        Builder closeOnExit(Duration grace);

        /**
         * Starts to serve, at all addresses or none.
         *
         * @throws IpcException {@code ADDRESS_IN_USE} when another server is at an address, {@code UNSUPPORTED} when a
         *     transport does not work here (for {@code any:}, when none can reach another process: the message says for each
         *     why, and {@code local:} alone must be asked for by that name), {@code RESOURCE_EXHAUSTED}, {@code ACCESS_DENIED}
         *     when the operating system or a rule forbids it, or at an address of the network neither {@link #access} nor
         *     {@link #identity} says who may call
         * @throws IllegalStateException when this builder has started a server already, or when the exit that is to close
         *     the server ({@link #closeOnExit}) has begun
         */
        IpcServer start();
    }
}
