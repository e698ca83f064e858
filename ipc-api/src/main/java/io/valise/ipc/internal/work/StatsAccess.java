package io.valise.ipc.internal.work;

import io.valise.ipc.Stats;
import org.jspecify.annotations.Nullable;

/** The engine's access to the constructor of {@link Stats}, which is not public so that counters can be added. Thread-safe. */
public final class StatsAccess {
    private static volatile @Nullable Constructor constructor;

    private StatsAccess() {}

    /** Makes a snapshot of these counters. */
    @FunctionalInterface
    public interface Constructor {
        Stats make(
                long requestsSent,
                long requestsServed,
                long builtInRequestsServed,
                long requestsRefused,
                long eventsSent,
                long eventsReceived,
                long bytesSent,
                long bytesReceived,
                int pending,
                int connections);
    }

    /** Called once, by the initialiser of {@link Stats}. */
    public static void set(Constructor made) {
        constructor = made;
    }

    static Constructor get() {
        return Holder.CONSTRUCTOR;
    }

    private static final class Holder {
        static final Constructor CONSTRUCTOR = find();

        private static Constructor find() {
            Stats zero = Stats.ZERO; // runs the initialiser of Stats, which calls set
            Constructor found = constructor;
            if (found == null) {
                throw new IllegalStateException("Stats did not register its constructor: " + zero);
            }
            return found;
        }
    }
}
