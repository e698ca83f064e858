package io.valise.ipc.nats.connect;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.BrokerSettings;
import io.valise.ipc.nats.broker.Subjects;

/**
 * What a process may do at its broker, found without serving a name or calling a server. Immutable.
 *
 * @param version of the broker
 * @param name of the broker
 * @param roundTripNanos to the broker and back: the shortest of a few
 * @param maxPayload the longest message that the broker takes, in bytes
 * @param mayList whether it may ask which names are served
 * @param mayServe whether it may answer that, as a process that serves a name does
 */
public record Examination(
        String version, String name, long roundTripNanos, int maxPayload, boolean mayList, boolean mayServe) {
    private static final int ROUND_TRIPS = 5;

    /**
     * Connects, and looks.
     *
     * @param nanos how long it may take
     * @throws IpcException as {@link Nodes#use}; {@code TIMEOUT} when the broker stops answering, {@code CANCELLED}
     *     when the thread is interrupted
     */
    public static Examination of(BrokerSettings settings, long nanos) {
        long end = System.nanoTime() + nanos;
        Node node = Nodes.use(settings, nanos);
        try {
            long shortest = Long.MAX_VALUE;
            for (int i = 0; i < ROUND_TRIPS; i++) {
                long begun = System.nanoTime();
                confirm(node, end - begun);
                shortest = Math.min(shortest, System.nanoTime() - begun);
            }
            String listing = Subjects.listing(settings.userToken());
            Runnable answer = node.answersListings();
            Runnable question = node.list(names -> {});
            try {
                confirm(node, end - System.nanoTime()); // what the broker denies is known before
                return new Examination(
                        node.broker().version(),
                        node.broker().serverName(),
                        shortest,
                        node.maxPayload(),
                        !node.broker().isDenied(listing),
                        !node.broker().isDenied(Subjects.LISTING));
            } finally {
                question.run();
                answer.run();
            }
        } finally {
            node.release();
        }
    }

    /** An interrupt ends the wait, and what the broker denies may not be known then. */
    private static void confirm(Node node, long nanos) {
        node.confirm(nanos);
        if (Thread.currentThread().isInterrupted()) {
            throw new IpcException(IpcStatus.CANCELLED, "interrupted while examining a broker", Delivery.NOT_SENT);
        }
    }
}
