package io.valise.ipc.internal.work;

import io.valise.ipc.ConnectionState;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The state of a connection and who is told of it: each listener of the present state first and then of every change,
 * once, in order, one call at a time, on threads of the library. Thread-safe.
 */
public final class ConnectionStates {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private List<Told> listeners = List.of();
    private volatile ConnectionState now = ConnectionState.CONNECTED;

    /** A listener and its calls that wait. */
    private record Told(Consumer<ConnectionState> listener, SerialQueue queue) {
        /** Whether the queue was idle and must be run. */
        boolean add(ConnectionState state) {
            return queue.add(() -> listener.accept(state), 0);
        }
    }

    public ConnectionState now() {
        return now;
    }

    public boolean hasListeners() {
        return !listeners.isEmpty();
    }

    /** Tells this listener too, the present state first. */
    public void add(Consumer<ConnectionState> listener) {
        Told told = new Told(listener, new SerialQueue());
        synchronized (this) {
            List<Told> more = new ArrayList<>(listeners);
            more.add(told);
            listeners = List.copyOf(more);
            told.add(now);
        }
        run(told.queue());
    }

    /**
     * Sets the state, which orders it among the others.
     *
     * @return has the listeners told, if it is another than before; run it once no lock is held
     */
    public synchronized Runnable set(ConnectionState next) {
        if (now == next || now == ConnectionState.CLOSED) {
            return () -> {};
        }
        now = next;
        List<SerialQueue> idle = new ArrayList<>();
        for (Told told : listeners) {
            if (told.add(next)) {
                idle.add(told.queue());
            }
        }
        return () -> idle.forEach(ConnectionStates::run);
    }

    private static void run(SerialQueue queue) {
        try {
            Workers.followers().execute(() -> queue.run(false));
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "no thread to tell of a connection's state; telling on this one", e);
            queue.run(false);
        }
    }
}
