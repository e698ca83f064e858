package io.valise.ipc.spring;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

/**
 * The connections of the application's clients, by name: each is made when it is first asked for, and again when it has ended for
 * good. They are closed with the application context, after the servers. Thread-safe.
 *
 * @since 0.1.0
 */
public final class IpcConnections implements SmartLifecycle, DisposableBean {
    /** After the server of the application, so that its own client may be among these. */
    private static final int PHASE = IpcServerLifecycle.PHASE + 1;

    private final Map<String, Client> clients = new ConcurrentHashMap<>();
    private final Function<String, IpcClient.Builder> builders;
    private final ServiceBeans services;
    private final Runnable check;
    private final Map<String, IpcProperties.Client> settings;
    private volatile Meters meters = Meters.NONE;
    private volatile boolean started;
    private volatile boolean closed;

    IpcConnections(
            Function<String, IpcClient.Builder> builders,
            ServiceBeans services,
            Runnable check,
            Map<String, IpcProperties.Client> settings) {
        this.builders = builders;
        this.services = services;
        this.check = check;
        this.settings = settings;
        settings.keySet().forEach(this::expect);
    }

    /** Has the counters of connections shown that are made from now on. */
    void meter(Meters by) {
        meters = by;
    }

    /** Makes a client known that may be used later. */
    void expect(String client) {
        clients.computeIfAbsent(client, Client::new);
    }

    /**
     * What is known of a client.
     *
     * @param connection the last one; null when there was none
     * @param failure why none could be made when it was last asked for; null when one could
     */
    record Known(
            @Nullable IpcConnection connection, @Nullable RuntimeException failure) {}

    /**
     * The clients that are known, by name. The end of the connections that they have now is noticed from then on though nothing is
     * called, and those that may come back do so by themselves.
     */
    Map<String, Known> watched() {
        Map<String, Known> known = new HashMap<>();
        clients.forEach((name, client) -> known.put(name, client.watched()));
        return known;
    }

    /**
     * The connection of a client, whose settings are {@code valise.clients.NAME}. Connects if there is none that is open; then
     * it blocks for at most the connect timeout.
     *
     * @param client its name
     * @throws IpcException as {@link IpcClient.Builder#connect}; {@code CONNECTION_CLOSED} when the application context is closed
     */
    public IpcConnection get(String client) {
        return clients.computeIfAbsent(client, Client::new).open();
    }

    /** The connections that were asked for and have not ended: an unmodifiable snapshot. */
    public Map<String, IpcConnection> open() {
        Map<String, IpcConnection> open = new HashMap<>();
        clients.forEach((name, client) -> {
            IpcConnection known = client.present;
            if (known != null && known.isOpen()) {
                open.put(name, known);
            }
        });
        return Map.copyOf(open);
    }

    /**
     * Checks the settings of all clients, and connects those that are to be connected from the start: because of their settings, or
     * because there are handlers for them.
     */
    @Override
    public void start() {
        check.run();
        settings.forEach((client, set) -> {
            if (set.connectOnStart()) {
                get(client);
            }
        });
        services.clients().forEach(this::get);
        started = true;
    }

    /** Leaves the connections open: beans use them until they are destroyed. */
    @Override
    public void stop() {
        started = false;
    }

    @Override
    public boolean isRunning() {
        return started;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Closes all connections. */
    @Override
    public void destroy() {
        closed = true;
        clients.values().forEach(Client::close);
    }

    /** One client; a lock that lets virtual threads wait. */
    private final class Client {
        private final String name;
        private final ReentrantLock connecting = new ReentrantLock();
        private final AtomicReference<@Nullable IpcConnection> watched = new AtomicReference<>();
        private volatile @Nullable IpcConnection present;
        private volatile @Nullable RuntimeException failure;
        private Runnable unmeter = () -> {};

        Client(String name) {
            this.name = name;
        }

        IpcConnection open() {
            IpcConnection known = present;
            return known != null && known.isOpen() ? known : connected();
        }

        private IpcConnection connected() {
            connecting.lock();
            try {
                IpcConnection known = present;
                if (known == null || !known.isOpen()) {
                    known = connect();
                    present = known;
                    failure = null;
                }
                return known;
            } catch (RuntimeException e) {
                if (!(e instanceof IpcException known && known.status() == IpcStatus.CANCELLED)) {
                    failure = e; // an interrupt of the caller tells nothing of the server
                }
                throw e;
            } finally {
                connecting.unlock();
            }
        }

        private IpcConnection connect() {
            if (closed) {
                throw new IpcException(
                        IpcStatus.CONNECTION_CLOSED, "client " + name + ": the application context is closed");
            }
            IpcConnection made = builders.apply(name).connect();
            try {
                unmeter.run(); // what the last one has counted
                unmeter = meters.ofClient(name, made);
            } catch (RuntimeException e) {
                made.close();
                throw e;
            }
            return made;
        }

        Known watched() {
            IpcConnection known = present;
            if (known != null && watched.getAndSet(known) != known) {
                known.onState(state -> {}); // for a listener the link is read, so that its end is noticed
            }
            return new Known(known, failure);
        }

        void close() {
            connecting.lock();
            try {
                IpcConnection known = present;
                if (known != null) {
                    known.close();
                }
                unmeter.run();
            } finally {
                connecting.unlock();
            }
        }
    }
}
