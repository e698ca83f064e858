package io.valise.ipc.internal.endpoint;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Endpoint;
import io.valise.ipc.internal.jfr.Recording;
import io.valise.ipc.internal.session.Session;
import io.valise.ipc.internal.work.SerialQueue;
import io.valise.ipc.internal.work.Workers;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A line at {@code DEBUG} for each start and stop of a server, and for each beginning and end of a connection at either
 * end; connections are events of the Java Flight Recorder too. The lines are written in order by another thread: the first message of a JVM starts its logging, which takes
 * longer than connecting. Stateless but for the lines that wait; thread-safe.
 */
final class ConnectionLog {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final int MOST_WAITING = 1000;
    private static final SerialQueue LINES = new SerialQueue();
    private static final AtomicInteger WAITING = new AtomicInteger();

    private ConnectionLog() {}

    static void started(List<Endpoint> endpoints) {
        line(() -> "server started: at=" + endpoints);
    }

    static void stopped(List<Endpoint> endpoints, long nanos) {
        line(() -> "server stopped: at=" + endpoints + ", after=" + millis(nanos));
    }

    static void connected(Session session) {
        Recording.opened(session, session.isServer());
        String at = side(session);
        line(() -> at + " connected: at=" + session.endpoint() + ", peer=" + session.peer());
    }

    static void closed(Session session, CloseReason reason) {
        String at = side(session);
        long nanos = session.ageNanos();
        Recording.closed(session, session.isServer(), reason, nanos);
        line(() -> at + " connection closed: at=" + session.endpoint() + ", peer=" + session.peer() + ", after="
                + millis(nanos) + ", because=" + reason.status() + (reason.byPeer() ? " by the peer" : "") + ": "
                + reason.detail());
    }

    private static String side(Session session) {
        return session.isServer() ? "server" : "client";
    }

    private static String millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos) + " ms";
    }

    /** Where the log is slower than connections come, or no thread is to be had, lines are dropped. */
    private static void line(Supplier<String> text) {
        if (WAITING.incrementAndGet() > MOST_WAITING) {
            WAITING.decrementAndGet();
        } else if (LINES.add(() -> write(text), 0)) {
            try {
                Workers.finishers().execute(() -> LINES.run(false));
            } catch (RuntimeException | Error noThread) {
                WAITING.addAndGet(-LINES.clear());
                LINES.run(false);
            }
        }
    }

    private static void write(Supplier<String> text) {
        WAITING.decrementAndGet();
        LOG.log(Level.DEBUG, text);
    }
}
