package io.valise.ipc.nats.connect;

import io.valise.ipc.IpcException;
import io.valise.ipc.nats.broker.BrokerSettings;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Asks all processes at a broker which names they serve. Stateless. */
public final class Listing {
    private static final SafeLog LOG = SafeLog.of(Listing.class);
    private static final long BROKER_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(150);
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private Listing() {}

    /**
     * The names that processes tell in time: the first answer may take a second, each later one as long as all before it.
     * None when there is no broker.
     */
    public static List<String> names(BrokerSettings settings) {
        Set<String> names = new TreeSet<>();
        try {
            Node node = Nodes.use(settings, BROKER_NANOS);
            try {
                gather(node, names);
            } finally {
                node.release();
            }
        } catch (IpcException e) {
            LOG.log(Level.DEBUG, "no names from " + settings.shown(), e);
        }
        return List.copyOf(names);
    }

    private static void gather(Node node, Set<String> names) {
        BlockingQueue<Optional<byte[]>> told = new LinkedBlockingQueue<>();
        Runnable end = node.list(data -> told.add(Optional.ofNullable(data)));
        long begun = System.nanoTime();
        try {
            Optional<byte[]> next =
                    told.poll(MOST_NANOS, TimeUnit.NANOSECONDS); // the broker says if no process is asked
            while (next != null && next.isPresent()) {
                names.addAll(NameList.parse(next.get()));
                long taken = System.nanoTime() - begun;
                next = taken < MOST_NANOS ? told.poll(Math.max(QUIET_NANOS, taken), TimeUnit.NANOSECONDS) : null;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end.run();
        }
    }
}
