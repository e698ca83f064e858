package io.valise.ipc.nats.link;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.Subjects;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The links of this process over one connection to a broker. Thread-safe. */
public final class Links {
    /** How often a process is asked whether it lives for which no thread waits, in milliseconds. */
    public static final long IDLE_MILLIS = 1000;

    /**
     * So many times the limit of silence other messages stand in for answers to the question whether a peer, or the broker, is
     * there: where much is on its way answers come late, but not for ever.
     */
    public static final int UNANSWERED = 4;

    private static final SafeLog LOG = SafeLog.of(Links.class);

    @SuppressWarnings("StaticAssignmentOfThrowable") // there may be no memory to make it when it is needed
    private static final IpcException NO_MEMORY =
            new IpcException(IpcStatus.PEER_DIED, "a message of the peer could not be taken: there is no memory");

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int MOST_OFFERED = 1024;
    private static final long OFFERED_MILLIS = 10_000;
    private static final int PROCESS_BYTES = 16;
    private static final int LINK_BYTES = 8;

    private final Outlet outlet;
    private final Runnable onBusier;
    private final String inbox;
    private final String user;
    private final Peers peers;
    private final Credit credit = new Credit();
    private final Map<String, NatsStream> streams = new ConcurrentHashMap<>();
    private final Map<String, NatsStream> byClient = new ConcurrentHashMap<>();
    private final Map<NatsStream, String> dialled = new ConcurrentHashMap<>();
    private final Map<NatsStream, Offer> offers = new ConcurrentHashMap<>();
    private final AtomicLong now = new AtomicLong();
    private volatile @Nullable String lost;
    private volatile boolean late;

    /** A link that a client asked for, until it is heard of again. */
    private record Offer(Consumer<NatsStream> acceptor, long since) {}

    /**
     * None yet.
     *
     * @param onBusier called when a thread begins to wait for a peer again
     */
    public Links(Outlet outlet, String user, String inbox, long silenceMillis, Runnable onBusier) {
        this.outlet = outlet;
        this.user = user;
        this.inbox = inbox;
        this.onBusier = onBusier;
        peers = new Peers(outlet, inbox, silenceMillis);
    }

    /** 32 hex digits that no other process can guess: a name for the inbox of this process, or the id of a server. */
    public static String random() {
        return random(PROCESS_BYTES);
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** A number of at most 18 decimal digits that no other process can guess. */
    static long randomNumber() {
        return RANDOM.nextLong() >>> 5;
    }

    Credit credit() {
        return credit;
    }

    Outlet outlet() {
        return outlet;
    }

    void busier() {
        onBusier.run();
    }

    // ---- how links begin

    /**
     * Begins a client's end. The caller sends what opens it, and closes it if nothing comes of that.
     *
     * @param subject where a server of the name is asked
     */
    public NatsStream dial(String subject) {
        Subjects.End own = new Subjects.End(inbox, user, random(LINK_BYTES));
        NatsStream stream = new NatsStream(this, own, null);
        begin(stream, () -> {
            streams.put(own.id(), stream);
            dialled.put(stream, subject);
            failIfLost(stream);
        });
        return stream;
    }

    /** A link whose beginning throws, such as for lack of memory, leaves nothing behind, and its other end knows of none. */
    private static void begin(NatsStream stream, Runnable steps) {
        boolean done = false;
        try {
            steps.run();
            done = true;
        } finally {
            if (!done) {
                stream.fail(NO_MEMORY);
            }
        }
    }

    /**
     * A client asks for a link, perhaps again.
     *
     * @param acceptor takes the link as soon as the client is heard of again
     */
    public void asked(Subjects.End client, byte[] data, Consumer<NatsStream> acceptor) {
        Chunk open = Chunk.of(data);
        if (open == null || open.kind() != Chunk.Kind.OPEN) {
            LOG.log(Level.DEBUG, "not a request for a link, from {0}", client);
            return;
        }
        NatsStream known = byClient.get(client.subject());
        if (known != null) {
            answer(client, known);
        } else if (offers.size() < MOST_OFFERED) {
            offer(client, open, acceptor);
        } else {
            LOG.log(Level.DEBUG, "links that clients asked for and did not take: limit={0}", MOST_OFFERED);
        }
    }

    /** A client that is not answered asks again, perhaps another server, whose link the end of this one would break. */
    private void offer(Subjects.End client, Chunk open, Consumer<NatsStream> acceptor) {
        Subjects.End own = new Subjects.End(inbox, user, random(LINK_BYTES));
        NatsStream stream = new NatsStream(this, own, client);
        begin(stream, () -> {
            stream.offered(open);
            offers.put(stream, new Offer(acceptor, now.get()));
            streams.put(own.id(), stream);
            byClient.put(client.subject(), stream);
            peers.join(client, stream);
            failIfLost(stream);
            answer(client, stream);
        });
    }

    private void answer(Subjects.End client, NatsStream stream) {
        outlet.publish(client.subject(), stream.own().subject(), stream.opening(true));
    }

    /** Whether there is none, not even one of whose end its peer is to be told. */
    public boolean isEmpty() {
        return streams.isEmpty();
    }

    /** A link has ended. Until its other end knows that, a message to it is to be answered. */
    void remove(NatsStream stream) {
        if (!stream.isUntold()) {
            streams.remove(stream.own().id(), stream);
        }
        dialled.remove(stream);
        offers.remove(stream);
        Subjects.End remote = stream.remote();
        peers.leave(remote, stream);
        if (remote != null) {
            byClient.remove(remote.subject(), stream);
        }
    }

    /** A link could not send something for lack of memory: with the next tick it tries again. */
    void later() {
        late = true;
    }

    private void sendLate() {
        if (late) {
            boolean done = false;
            late = false; // before the look: what cannot be sent again sets it
            try {
                streams.values().forEach(NatsStream::sendLate);
                done = true;
            } finally {
                if (!done) {
                    late = true;
                }
            }
        }
    }

    // ---- what comes

    /**
     * A message to an end of a link.
     *
     * @param replyTo the other end, where a link begins
     */
    public void received(String id, @Nullable String replyTo, byte[] data) {
        try {
            take(id, replyTo, data);
        } catch (OutOfMemoryError e) { // it is lost, and perhaps none follows that would show it
            NatsStream stream = streams.get(id);
            if (stream != null) {
                stream.reset(NO_MEMORY);
            }
        }
    }

    private void take(String id, @Nullable String replyTo, byte[] data) {
        Chunk chunk = Chunk.of(data);
        if (chunk == null) {
            LOG.log(Level.DEBUG, "not a message of a link: {0} bytes to {1}", data.length, id);
            return;
        }
        NatsStream stream = streams.get(id);
        if (chunk.kind() == Chunk.Kind.OPENED) {
            opened(stream, Subjects.End.of(replyTo), chunk);
        } else if (stream != null) {
            peers.heard(stream.remote());
            Offer offer = offers.remove(stream);
            if (offer != null && chunk.kind() != Chunk.Kind.RESET) { // the client may have taken another one
                offer.acceptor().accept(stream);
            }
            stream.received(chunk);
        }
    }

    /** A server answers a client's request. */
    void opened(@Nullable NatsStream stream, Subjects.@Nullable End server, Chunk chunk) {
        if (server == null || (stream != null && stream.remote() == null && takes(stream, server, chunk))) {
            return;
        }
        if (stream == null || !server.equals(stream.remote())) { // it was asked again, and another server was first
            outlet.publish(
                    server.subject(), null, Chunk.reset(IpcStatus.CANCELLED, "the client has another link, or none"));
        }
    }

    private boolean takes(NatsStream stream, Subjects.End server, Chunk chunk) {
        dialled.remove(stream);
        peers.join(server, stream);
        boolean taken = stream.accepted(server, chunk);
        if (!taken) { // it ended meanwhile, and knew of no peer to leave
            peers.leave(server, stream);
        }
        return taken;
    }

    /** No server listened to a client's request. */
    public void unheard(String id) {
        NatsStream stream = streams.get(id);
        if (stream != null && stream.remote() == null) {
            stream.fail(new IpcException(IpcStatus.ENDPOINT_NOT_FOUND, "no server has the name", Delivery.NOT_SENT));
        }
    }

    /** A process was asked whether it lives: it does, or (unheard) it does not. Returns when to ask again. */
    public long answered(long peer, boolean unheard) {
        if (unheard) {
            return peers.unheard(peer);
        }
        peers.answered(peer);
        return 0;
    }

    /** A process lives: the one with this inbox. */
    public void heard(String peerInbox) {
        peers.heard(peerInbox);
    }

    /** Asks a process once more. */
    public void ask(long peer) {
        peers.ask(peer);
    }

    /** The broker does not allow a subject. */
    public void denied(String subject) {
        for (NatsStream stream : streams.values()) {
            Subjects.End remote = stream.remote();
            if (subject.equals(dialled.get(stream)) || (remote != null && subject.equals(remote.subject()))) {
                stream.fail(new IpcException(
                        IpcStatus.ACCESS_DENIED,
                        "the NATS broker does not allow this user to publish to " + subject
                                + ": see `ipc nats permissions`",
                        Delivery.NOT_SENT));
            }
        }
    }

    /** The connection to the broker has ended. */
    public void lost(String why) {
        lost = why;
        streams.values().forEach(this::failIfLost);
    }

    /** A link that begins looks after it is among the streams: either it is found there, or it finds the loss. */
    private void failIfLost(NatsStream stream) {
        String why = lost;
        if (why != null) {
            stream.fail(new IpcException(IpcStatus.PEER_DIED, why));
        }
    }

    /** See {@link Peers#tick}; one call at a time. */
    public boolean tick(long millis, boolean counts) {
        sendLate();
        long time = now.addAndGet(millis);
        offers.forEach((stream, offer) -> {
            if (time - offer.since() > OFFERED_MILLIS) {
                stream.end(); // the thread of the timer does not wait
            }
        });
        return peers.tick(millis, counts);
    }
}
