package io.valise.ipc.services.objects;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.schema.ObjectService;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tells the peer which references this end has dropped, up to {@value #MOST_IN_A_MESSAGE} in one message. The thread
 * that drops one, perhaps the garbage collector's, does not wait: the peer's buffer may be full. A peer that does not
 * read delays no other connection: each has its own {@link DrainLoop}. Thread-safe.
 */
final class Releases {
    /** This number fits into the smallest message limit that an end may have, 4096 bytes. */
    private static final int MOST_IN_A_MESSAGE = 128;

    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.objects");
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final IpcConnection connection;
    private final DrainLoop loop = new DrainLoop(this::send);
    private final Map<Long, Long> waiting = new HashMap<>();

    Releases(IpcConnection connection) {
        this.connection = connection;
    }

    void add(long id) {
        synchronized (this) {
            waiting.merge(id, 1L, Long::sum);
        }
        loop.signal();
    }

    private void send() {
        for (Map<Long, Long> dropped = take(); !dropped.isEmpty() && send(dropped); dropped = take()) {
            LOG.log(Level.TRACE, "{0} references were released", dropped.size());
        }
    }

    private synchronized Map<Long, Long> take() {
        Map<Long, Long> dropped = new HashMap<>();
        Iterator<Map.Entry<Long, Long>> all = waiting.entrySet().iterator();
        while (all.hasNext() && dropped.size() < MOST_IN_A_MESSAGE) {
            Map.Entry<Long, Long> one = all.next();
            dropped.put(one.getKey(), one.getValue());
            all.remove();
        }
        return dropped;
    }

    private boolean send(Map<Long, Long> dropped) {
        try {
            if (connection.isOpen()) {
                connection.send(ObjectService.RELEASE, message(dropped));
            }
            return true;
        } catch (IpcException e) {
            LOG.log(Level.DEBUG, "{0} references are not released yet: {1}", dropped.size(), e);
            sendAgain(dropped);
            return false;
        }
    }

    /** The references have ended with the connection. */
    private void sendAgain(Map<Long, Long> dropped) {
        if (!connection.isOpen()) {
            return;
        }
        synchronized (this) {
            dropped.forEach((id, count) -> waiting.merge(id, count, Long::sum));
        }
        ReadinessLoop.shared().after(PAUSE_NANOS, loop::signal);
    }

    private static ValueSet message(Map<Long, Long> dropped) {
        return ValueSet.of(
                "ids",
                dropped.keySet().stream().mapToLong(Long::longValue).toArray(),
                "counts",
                dropped.values().stream().mapToLong(Long::longValue).toArray());
    }
}
