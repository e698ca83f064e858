package io.valise.ipc.nats.connect;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.nats.broker.BrokerConnection;
import io.valise.ipc.nats.broker.BrokerSettings;
import io.valise.ipc.nats.broker.Subjects;
import io.valise.ipc.nats.link.Links;
import io.valise.ipc.nats.link.NatsStream;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import io.valise.ipc.spi.stream.StreamLink;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A served name: one of perhaps many servers, among which the broker shares the clients out. When the broker is lost, it
 * serves again as soon as there is one. Thread-safe.
 */
public final class NatsListener implements Transport.Listener {
    private static final SafeLog LOG = SafeLog.of(NatsListener.class);
    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final BrokerSettings settings;
    private final Endpoint endpoint;
    private final Transport.Acceptor acceptor;
    private final Consumer<Thread> starter;
    private final String subject;
    private final String id = Links.random();
    private final String direct;
    private volatile boolean reachedById;
    private @Nullable Node node; // guarded by this, as what follows is
    private Runnable unsubscribe = () -> {};
    private volatile boolean closed;

    private NatsListener(
            BrokerSettings settings, Endpoint endpoint, Transport.Acceptor acceptor, Consumer<Thread> starter) {
        this.settings = settings;
        this.endpoint = endpoint;
        this.acceptor = acceptor;
        this.starter = starter;
        subject = Subjects.connect(endpoint.name(), "*");
        direct = Subjects.direct(endpoint.name(), "*", id);
    }

    /**
     * Serves a name.
     *
     * @throws IpcException as {@link Nodes#use}; {@code ACCESS_DENIED} when the broker does not allow the name
     */
    public static NatsListener open(BrokerSettings settings, Endpoint endpoint, Transport.Acceptor acceptor) {
        return open(settings, endpoint, acceptor, Threads::start);
    }

    /** As that; {@code starter} starts its threads, and may throw what {@link Threads#start} does. */
    static NatsListener open(
            BrokerSettings settings, Endpoint endpoint, Transport.Acceptor acceptor, Consumer<Thread> starter) {
        NatsListener listener = new NatsListener(settings, endpoint, acceptor, starter);
        listener.serve();
        return listener;
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    /** The name as it is told to those who ask, with the id of this server where the broker allows to be reached by that. */
    Served served() {
        return new Served(endpoint.name(), reachedById ? id : "");
    }

    /** Returns whether the name is served: not when this was closed meanwhile. */
    private boolean serve() {
        Node used = Nodes.useUninterruptibly(settings, START_NANOS);
        Runnable end = () -> {};
        boolean done = false;
        try {
            BrokerConnection.Handler handler = (to, replyTo, data) -> asked(used, to, replyTo, data);
            Runnable endOne = used.broker().subscribe(subject, Subjects.QUEUE, handler);
            end = endOne;
            Runnable endOther = used.broker().subscribe(direct, Subjects.QUEUE, handler);
            end = () -> {
                try {
                    endOne.run(); // may lack memory
                } finally {
                    endOther.run();
                }
            };
            used.confirm();
            used.allowed(subject);
            reachedById = !used.broker().isDenied(direct);
            used.serves(this);
            done = keep(used, end);
        } finally {
            if (!done) {
                leave(used, end);
            }
        }
        if (used.isLost()) { // perhaps before it was kept, and then not heard
            lost(used);
        }
        return done;
    }

    /** It serves by this connection from now on; {@code end} ends that. Returns false when it is closed. */
    synchronized boolean keep(Node used, Runnable end) {
        if (closed) {
            return false;
        }
        node = used;
        unsubscribe = end;
        return true;
    }

    private void asked(Node by, String to, @Nullable String replyTo, byte[] data) {
        Subjects.End client = Subjects.End.of(replyTo);
        if (closed) {
            return; // it asks again, and another server answers
        }
        if (client == null || !client.user().equals(Subjects.asker(to))) {
            LOG.log(Level.DEBUG, "{0}: a request for a link to be answered at {1}, sent to {2}", endpoint, replyTo, to);
            return;
        }
        by.links().asked(client, data, stream -> accept(stream, client.user()));
    }

    private void accept(NatsStream stream, String user) {
        Link link = new StreamLink(stream, identity(settings, user));
        if (closed) {
            link.close();
            return;
        }
        try {
            acceptor.accept(link);
        } catch (RuntimeException | Error e) { // an OutOfMemoryError too: nothing else would close it
            LOG.log(Level.WARNING, "the acceptor of " + endpoint + " threw; its link is closed", e);
            link.close();
        }
    }

    /** Who a peer is whose inbox is that of a user. */
    static PeerIdentity identity(BrokerSettings settings, String userToken) {
        return settings.brokerProvesUsers() ? PeerIdentity.ofBroker(Subjects.text(userToken)) : PeerIdentity.unknown();
    }

    /** The broker is gone. Heard once for each connection that serves the name, however often it is told. */
    void lost(Node by) {
        synchronized (this) {
            if (closed || node != by) {
                return;
            }
            node = null;
        }
        LOG.log(Level.WARNING, endpoint + " is not served until there is a NATS broker at " + settings.shown());
        comeBack();
    }

    /** A process that lacks threads now has one later. */
    private void comeBack() {
        long[] pause = {SHORTEST_PAUSE_NANOS};
        Runnable serving = () -> Threads.repeat("serving " + endpoint + " again", () -> !returned(pause));
        try {
            starter.accept(Threads.daemon("valise-nats-return", serving));
        } catch (IpcException refused) {
            LOG.log(Level.DEBUG, endpoint + " is not served yet", refused);
            ReadinessLoop.shared().after(LONGEST_PAUSE_NANOS, this::comeBack);
        }
    }

    private boolean returned(long[] pause) {
        if (closed) {
            return true;
        }
        try {
            if (serve()) {
                LOG.log(Level.INFO, endpoint + " is served again");
            }
            return true;
        } catch (IpcException notYet) {
            LOG.log(Level.DEBUG, endpoint + " is not served yet", notYet);
        }
        LockSupport.parkNanos(pause[0]);
        pause[0] = Math.min(LONGEST_PAUSE_NANOS, pause[0] * 2);
        return false;
    }

    @Override
    public void close() {
        Node used;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            used = node;
            node = null;
        }
        if (used != null) {
            Runnable end = unsubscribe;
            leave(used, () -> {
                end.run();
                used.settle();
            });
        }
    }

    /** The connection to the broker would never be closed if it were not given back. */
    private void leave(Node used, Runnable end) {
        used.servesNoMore(this); // who asks meanwhile is not told the name
        try {
            end.run(); // may lack memory
        } finally {
            used.broker().forgetDenied(direct); // no other server has it
            used.release();
        }
    }
}
