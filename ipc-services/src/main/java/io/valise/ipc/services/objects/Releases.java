package io.valise.ipc.services.objects;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Tells the peer which references this end has dropped, many in one message. The thread that drops one, the garbage
 * collector's perhaps, does not wait: the peer's buffer may be full. What one connection's peer does not take delays no
 * other's: each has its own {@link Lane}. Thread-safe.
 */
final class Releases {
    /** The event's name. */
    static final String EVENT = "objects.release";

    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.objects");
    private static final Executor IN_A_SECOND = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, Runnable::run);

    private final IpcConnection connection;
    private final Lane lane = new Lane(this::send);
    private Map<Long, Long> waiting = new HashMap<>();

    Releases(IpcConnection connection) {
        this.connection = connection;
    }

    void add(long id) {
        synchronized (this) {
            waiting.merge(id, 1L, Long::sum);
        }
        lane.signal();
    }

    private void send() {
        Map<Long, Long> dropped;
        synchronized (this) {
            dropped = waiting;
            waiting = new HashMap<>();
        }
        try {
            if (!dropped.isEmpty() && connection.isOpen()) {
                connection.send(EVENT, message(dropped));
            }
        } catch (IpcException e) {
            LOG.log(Level.DEBUG, "{0} references are not released yet: {1}", dropped.size(), e);
            sendAgain(dropped);
        }
    }

    /** When the connection has ended, so have the references. */
    private void sendAgain(Map<Long, Long> dropped) {
        if (!connection.isOpen()) {
            return;
        }
        synchronized (this) {
            dropped.forEach((id, count) -> waiting.merge(id, count, Long::sum));
        }
        IN_A_SECOND.execute(lane::signal);
    }

    private static ValueSet message(Map<Long, Long> dropped) {
        return ValueSet.of(
                "ids",
                dropped.keySet().stream().mapToLong(Long::longValue).toArray(),
                "counts",
                dropped.values().stream().mapToLong(Long::longValue).toArray());
    }
}
