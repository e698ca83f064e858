package io.valise.ipc.nats.connect;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.BrokerConnection;
import io.valise.ipc.nats.broker.BrokerSettings;
import io.valise.ipc.spi.runtime.Threads;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The connections of this process to brokers: one for all servers and clients with equal settings. It is made when the first
 * needs it, and closed a few seconds after the last. Thread-safe.
 */
final class Nodes {
    /** How long the first attempt may take for each address; each further one twice as long. */
    private static final long FIRST_ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long LONGEST_ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(16);

    /** The pause after the first connection that was lost as soon as it was made; after each further one twice as long. */
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Map<BrokerSettings, CompletableFuture<Node>> PLACES = new HashMap<>();

    private Nodes() {}

    /**
     * The connection by these settings; {@link Node#release} it once. An attempt is shared by all who wait, and may be one that
     * hangs: it ends soon, and who has time left begins another, longer one, as a busy machine needs. One that is lost as soon as
     * it is made is followed by another after a pause: a broker that has just ended may be back, or another one of its cluster
     * answer.
     *
     * @param nanos how long it may take
     * @throws IpcException as the constructor of {@link Node}; {@code ENDPOINT_NOT_FOUND} too when connections were lost at once;
     *     {@code CANCELLED} when the thread is interrupted
     */
    static Node use(BrokerSettings settings, long nanos) {
        long begun = System.nanoTime();
        long attempt = FIRST_ATTEMPT_NANOS;
        long pause = FIRST_PAUSE_NANOS;
        IpcException failure = null;
        long left = nanos;
        do {
            CompletableFuture<Node> place = place(settings, attempt);
            try {
                Node node = await(place, settings, left);
                if (isTaken(settings, place, node)) {
                    return node;
                }
                failure = node.ended();
                if (nanos - (System.nanoTime() - begun) <= pause) {
                    throw failure; // no time would be left for another
                }
                pause(settings, pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            } catch (IpcException e) {
                if (e.status() != IpcStatus.TIMEOUT) {
                    throw e;
                }
                failure = failure == null ? e : failure; // a loss says more
                attempt = Math.min(2 * attempt, LONGEST_ATTEMPT_NANOS);
            }
            left = nanos - (System.nanoTime() - begun);
        } while (left > 0);
        throw failure.status() == IpcStatus.TIMEOUT ? BrokerConnection.unanswered(settings, nanos, failure) : failure;
    }

    /** Uses a connection, unless it has ended. */
    private static boolean isTaken(BrokerSettings settings, CompletableFuture<Node> place, Node node) {
        synchronized (PLACES) {
            boolean taken = PLACES.get(settings) == place && !node.isLost();
            if (taken) {
                node.use();
            }
            return taken;
        }
    }

    private static void pause(BrokerSettings settings, long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            throw interrupted(settings, e);
        }
    }

    private static IpcException interrupted(BrokerSettings settings, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IpcException(
                IpcStatus.CANCELLED, "interrupted while connecting to " + settings.shown(), Delivery.NOT_SENT, e);
    }

    /** As {@link #use}, whatever the interrupt status is, which stays. */
    static Node useUninterruptibly(BrokerSettings settings, long nanos) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return use(settings, nanos);
                } catch (IpcException e) {
                    if (e.status() != IpcStatus.CANCELLED) {
                        throw e;
                    }
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The place of these settings; where there is none, a new one, and a thread that connects. */
    private static CompletableFuture<Node> place(BrokerSettings settings, long nanos) {
        synchronized (PLACES) {
            CompletableFuture<Node> known = PLACES.get(settings);
            if (known != null) {
                return known;
            }
            CompletableFuture<Node> fresh = new CompletableFuture<>();
            Threads.start(Threads.daemon("valise-nats-dial", () -> make(settings, fresh, nanos)));
            PLACES.put(settings, fresh);
            return fresh;
        }
    }

    private static void make(BrokerSettings settings, CompletableFuture<Node> place, long nanos) {
        try {
            place.complete(new Node(settings, nanos, lost -> forget(settings, place)));
        } catch (RuntimeException | Error e) { // those who wait get it
            forget(settings, place);
            place.completeExceptionally(e);
        }
    }

    private static void forget(BrokerSettings settings, CompletableFuture<Node> place) {
        synchronized (PLACES) {
            PLACES.remove(settings, place);
        }
    }

    private static Node await(CompletableFuture<Node> place, BrokerSettings settings, long nanos) {
        try {
            return place.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted(settings, e);
        } catch (TimeoutException e) {
            throw BrokerConnection.unanswered(settings, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IpcException known) {
                throw new IpcException(known.status(), known.reason(), Delivery.NOT_SENT, known);
            }
            throw new IllegalStateException("connecting to " + settings.shown(), e.getCause());
        }
    }

    /** Closes one that nothing uses. */
    static void closeIfUnused(Node node) {
        synchronized (PLACES) {
            CompletableFuture<Node> place = PLACES.get(node.settings());
            if (!node.isUnused() || place == null || !place.isDone() || place.join() != node) {
                return;
            }
            PLACES.remove(node.settings());
        }
        node.close();
    }
}
