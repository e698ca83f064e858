package io.valise.ipc.nats.connect;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.BrokerSettings;
import io.valise.ipc.nats.broker.Subjects;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Asks all processes at a broker which names they serve. Stateless. */
public final class Listing {
    private static final long LEAST_QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(150);
    private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Which parts of the time a first answer, and each later one, may take: who has more time waits longer for busy processes. */
    private static final int FIRST_PART = 4;

    private static final int LATER_PART = 20;
    /** Any process may answer, and as much as it likes. */
    private static final int MOST_SERVERS = 1000;

    private Listing() {}

    /**
     * The servers that processes tell in time: the first answer may take a second, or a quarter of the time if that is more;
     * each later one as long as all before it, or a twentieth of the time. A thousand servers at most.
     *
     * @param nanos how long it may take
     * @throws IpcException as {@link Nodes#use}; {@code ACCESS_DENIED} when the broker does not allow to ask, {@code TIMEOUT}
     *     when there are processes that serve and none answers
     */
    public static List<Served> servers(BrokerSettings settings, long nanos) {
        long begun = System.nanoTime();
        Node node = Nodes.use(settings, nanos);
        try {
            return gather(node, Math.max(1, nanos - (System.nanoTime() - begun)));
        } finally {
            node.release();
        }
    }

    private static List<Served> gather(Node node, long nanos) {
        Set<Served> servers = new TreeSet<>(Served.ORDER);
        Answers told = new Answers(MOST_SERVERS);
        long most = Math.min(nanos, Math.max(LEAST_NANOS, nanos / FIRST_PART));
        long quiet = Math.max(LEAST_QUIET_NANOS, nanos / LATER_PART);
        long begun = System.nanoTime();
        Runnable end = node.list(told::add);
        try {
            node.confirm(nanos); // what the broker denies is known before
            node.allowed(Subjects.listing(node.settings().userToken()));
            // The broker says so before it confirms. A process can forge it: that only shortens the wait, and does not
            // end the list.
            boolean noneAsked = told.beginWithNoneAsked();
            byte[] next = firstOf(told, node, most - (System.nanoTime() - begun));
            while (next != null && servers.size() < MOST_SERVERS) {
                NameList.parse(next).limit(MOST_SERVERS - servers.size()).forEach(servers::add);
                long taken = System.nanoTime() - begun;
                long wait = noneAsked && servers.isEmpty() ? LEAST_QUIET_NANOS : Math.max(quiet, taken);
                next = taken < most ? told.next(Math.min(wait, nanos - taken)) : null;
            }
            return List.copyOf(servers);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IpcException(
                    IpcStatus.CANCELLED, "interrupted while asking for the names at a broker", Delivery.NOT_SENT, e);
        } finally {
            end.run();
        }
    }

    /** Without bytes when the broker, or a process, says that no process is asked. */
    private static byte[] firstOf(Answers told, Node node, long nanos) throws InterruptedException {
        byte[] first = told.next(nanos);
        if (first == null) {
            throw new IpcException(
                    IpcStatus.TIMEOUT,
                    "NATS broker at " + node.settings().shown()
                            + ": there are processes that serve, and none has said in"
                            + " time which names: they may be stopped, overloaded, or not allowed to publish to this one",
                    Delivery.NOT_SENT);
        }
        return first;
    }
}
