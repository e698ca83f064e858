package io.valise.ipc.internal.work;

import io.valise.ipc.Latency;
import io.valise.ipc.Stats;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The engine's access to the constructors of {@link Stats} and {@link Latency}, which are not public so that counters can be added. Thread-safe. */
public final class StatsAccess {
    private static volatile @Nullable Constructor constructor;
    private static volatile @Nullable Function<long[], Latency> latencies;

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
                int connections,
                long bytesUnhandled,
                long bytesUnsent,
                OptionalDouble ringOccupancy,
                Map<String, Latency> latencies);
    }

    /** Called once, by the initialiser of {@link Stats}. */
    public static void set(Constructor made, Function<long[], Latency> madeLatency) {
        latencies = madeLatency;
        constructor = made;
    }

    static Constructor get() {
        return Holder.CONSTRUCTOR;
    }

    /** Of how many there were in each bucket. */
    static Latency latency(long[] buckets) {
        return Holder.LATENCIES.apply(buckets);
    }

    private static final class Holder {
        static final Constructor CONSTRUCTOR = find();
        static final Function<long[], Latency> LATENCIES =
                Objects.requireNonNull(latencies, "set with the constructor");

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
