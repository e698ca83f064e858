package io.valise.ipc.services.objects;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Tells the peer which references this end has dropped, many in one message. Whoever drops one does not wait: the peer's
 * buffer may be full, and the garbage collector's thread must not be held up by one slow peer. Thread-safe.
 */
final class Releases {
    /** The event's name. */
    static final String EVENT = "objects.release";

    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.objects");
    private static final ExecutorService SENDERS = senders();

    private final IpcConnection connection;
    private Map<Long, Long> waiting = new HashMap<>();

    Releases(IpcConnection connection) {
        this.connection = connection;
    }

    void add(long id) {
        boolean first;
        synchronized (this) {
            first = waiting.isEmpty();
            waiting.merge(id, 1L, Long::sum);
        }
        if (first) {
            SENDERS.execute(this::send);
        }
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
        CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, SENDERS).execute(this::send);
    }

    private static ValueSet message(Map<Long, Long> dropped) {
        return ValueSet.of(
                "ids",
                dropped.keySet().stream().mapToLong(Long::longValue).toArray(),
                "counts",
                dropped.values().stream().mapToLong(Long::longValue).toArray());
    }

    /** Does something that may block, or is the user's, aside. */
    static void aside(Runnable work) {
        SENDERS.execute(work);
    }

    private static ExecutorService senders() {
        ThreadPoolExecutor senders = new ThreadPoolExecutor(
                4,
                4,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                work -> Threads.daemon("valise-objects", work));
        senders.allowCoreThreadTimeOut(true);
        return senders;
    }
}
