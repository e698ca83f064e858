package io.valise.ipc.spring;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

/**
 * A server that starts and stops with its application context: it serves when all beans are made, and, when the context closes,
 * refuses new calls and finishes those that run, while the beans are still there. Its phase is that in which Spring Boot shuts
 * down web servers gracefully. Thread-safe.
 *
 * <p>The auto-configuration makes one of the application's properties and beans, {@code ipcServer}; a further server is a bean of
 * this class that the application makes, by another name.
 *
 * @since 0.1.0
 */
public final class IpcServerLifecycle implements SmartLifecycle, DisposableBean {
    /** The phase of a server. */
    public static final int PHASE = DEFAULT_PHASE - 1024;

    private static final Logger LOG = System.getLogger("io.valise.ipc.spring");

    private final Supplier<IpcServer.Builder> builders;
    private final Duration grace;
    private volatile @Nullable IpcServer running;
    private volatile String name = "";
    private volatile Meters meters = Meters.NONE;
    private volatile Runnable unmeter = () -> {};

    /**
     * A server that is not started yet.
     *
     * @param builders makes a builder for each start
     * @param shutdownGrace how long to wait for running calls when the context closes; zero closes at once; longer than {@code
     *     spring.lifecycle.timeout-per-shutdown-phase} has no effect, since Spring waits no longer
     * @throws IllegalArgumentException when it is negative
     */
    public IpcServerLifecycle(Supplier<IpcServer.Builder> builders, Duration shutdownGrace) {
        if (shutdownGrace.isNegative()) {
            throw new IllegalArgumentException("shutdown grace of a server: least=0s, actual=" + shutdownGrace
                    + "; change valise.server.shutdown-grace, or what the bean is made with");
        }
        this.builders = builders;
        this.grace = shutdownGrace;
    }

    /**
     * Has its counters shown from the next start on.
     *
     * @param bean its name
     */
    void meter(String bean, Meters by) {
        name = bean;
        meters = by;
    }

    /** The server; null when it is not running, or was closed otherwise than by this. */
    @Nullable IpcServer running() {
        IpcServer server = running;
        return server != null && server.isOpen() ? server : null;
    }

    /**
     * The server.
     *
     * @throws IllegalStateException when it is not running: the context has not started yet or is closed
     */
    public IpcServer server() {
        IpcServer server = running;
        if (server == null) {
            throw new IllegalStateException(
                    "the server is not running; use it when the application context has started");
        }
        return server;
    }

    /**
     * Starts to serve.
     *
     * @throws IpcException as {@link IpcServer.Builder#start}
     */
    @Override
    public synchronized void start() {
        if (!isRunning()) {
            destroy(); // the counters of one that was closed otherwise
            IpcServer server = builders.get().start();
            running = server;
            unmeter = meters.ofServer(name, server);
            LOG.log(Level.INFO, "Valise server started: at=" + server.endpoints());
        }
    }

    /** Finishes what runs, within the grace, and closes. */
    @Override
    public synchronized void stop() {
        IpcServer server = running;
        if (server == null) {
            return;
        }
        try {
            if (!grace.isZero() && !server.shutdown(grace)) {
                LOG.log(
                        Level.WARNING,
                        "Valise server: calls were cut off, or clients did not take all replies: limit=" + grace
                                + "; change valise.server.shutdown-grace");
            }
        } finally {
            close(server); // what a shutdown that fails, or none, has left open
        }
    }

    /** Like {@link #stop()}, beside what else stops in this phase. */
    @Override
    public void stop(Runnable callback) {
        Thread stopping = new Thread(
                () -> {
                    try {
                        stop();
                    } finally {
                        callback.run();
                    }
                },
                "valise-server-shutdown");
        stopping.start();
    }

    @Override
    public boolean isRunning() {
        return running() != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Closes at once a server that no stop has closed. Not synchronized: a {@link #stop()} that still waits is cut off. */
    @Override
    public void destroy() {
        IpcServer server = running;
        if (server != null) {
            close(server);
        }
    }

    private void close(IpcServer server) {
        server.close();
        unmeter.run();
        running = null;
    }
}
