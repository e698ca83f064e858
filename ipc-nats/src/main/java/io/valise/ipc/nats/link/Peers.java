package io.valise.ipc.nats.link;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.Subjects;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The processes that this one has links with. A process whose end the broker sees has no subscription any more, and so a
 * message to it comes back as not heard: that is asked for ten times a second while a thread waits for it, and else once a
 * second. One that the broker still believes in, because its machine was switched off or the network is parted, is dead
 * after a time without a sign of life; only time in which this process looked counts. All that a peer sends is a sign of life,
 * its own questions too: where much is on its way to it, what it is asked arrives late, and so do its answers. But what it is asked
 * may get lost, or nothing in it handles that: without an answer it is dead after {@link Links#UNANSWERED} times as long. A
 * process that itself handles nothing asks no more after a while, since others take that for a sign of its life. Thread-safe.
 */
final class Peers {
    /** A broker of a cluster may not know yet what another one knows. */
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final byte[] PING = {1};

    private final Outlet outlet;
    private final String ownInbox;
    private final long silenceMillis;
    private final Map<String, Peer> byInbox = new HashMap<>();
    private final Map<Long, Peer> byNumber = new HashMap<>();
    private long behindMillis;

    Peers(Outlet outlet, String ownInbox, long silenceMillis) {
        this.outlet = outlet;
        this.ownInbox = ownInbox;
        this.silenceMillis = silenceMillis;
    }

    synchronized void join(Subjects.End end, NatsStream stream) {
        Peer peer = byInbox.computeIfAbsent(end.inbox(), inbox -> new Peer(inbox, number()));
        byNumber.put(peer.number, peer);
        peer.streams.add(stream);
    }

    /** That no other peer can guess: each knows the inbox of this process, and could answer for another one or end its links. */
    private long number() {
        long number = Links.randomNumber();
        while (byNumber.containsKey(number)) {
            number = Links.randomNumber();
        }
        return number;
    }

    synchronized void leave(Subjects.@Nullable End end, NatsStream stream) {
        Peer peer = end == null ? null : byInbox.get(end.inbox());
        if (peer != null && peer.streams.remove(stream) && peer.streams.isEmpty()) {
            byInbox.remove(peer.inbox);
            byNumber.remove(peer.number);
        }
    }

    /** A sign of life. */
    void heard(Subjects.@Nullable End end) {
        if (end != null) {
            heard(end.inbox());
        }
    }

    /** As that, of the process with this inbox. */
    synchronized void heard(String inbox) {
        Peer peer = byInbox.get(inbox);
        if (peer != null) {
            peer.heard();
        }
    }

    /** A peer has answered the question whether it lives. */
    synchronized void answered(long number) {
        Peer peer = byNumber.get(number);
        if (peer != null) {
            peer.answered();
        }
    }

    /**
     * Nothing listens to the subject of a peer.
     *
     * @return after how many nanoseconds to {@link #ask} again; 0 for not at all
     */
    long unheard(long number) {
        Peer peer;
        synchronized (this) {
            peer = byNumber.get(number);
            if (peer == null) {
                return 0;
            }
            if (!peer.isSuspect) {
                peer.isSuspect = true;
                peer.suspectSince = System.nanoTime();
                return ASK_AGAIN_NANOS;
            }
            if (System.nanoTime() - peer.suspectSince < ASK_AGAIN_NANOS) {
                return 0;
            }
        }
        IpcException gone = new IpcException(IpcStatus.PEER_DIED, "the process at the other end is gone");
        peer.streams.forEach(stream -> stream.fail(gone));
        return 0;
    }

    /** Asks a peer whether it lives. */
    void ask(long number) {
        Peer peer;
        synchronized (this) {
            peer = byNumber.get(number);
        }
        if (peer != null) {
            ping(peer);
        }
    }

    private void ping(Peer peer) {
        outlet.publish(Subjects.question(peer.inbox), Subjects.answer(ownInbox, peer.number), PING);
    }

    /**
     * Time has passed.
     *
     * @param millis since the last call as planned, however long it really was
     * @param counts whether the peers had a chance to be heard meanwhile
     * @return whether a thread waits for one of them
     */
    boolean tick(long millis, boolean counts) {
        List<Peer> toAsk = new ArrayList<>();
        List<Peer> dead = new ArrayList<>();
        boolean active = false;
        synchronized (this) {
            behindMillis = counts ? 0 : behindMillis + millis;
            for (Peer peer : byInbox.values()) {
                boolean busy = peer.isActive();
                active |= busy;
                if (counts) {
                    peer.pass(millis);
                }
                peer.sincePingMillis += millis;
                if (isDead(peer)) {
                    dead.add(peer);
                } else if (behindMillis < silenceMillis && (busy || peer.sincePingMillis >= Links.IDLE_MILLIS)) {
                    peer.sincePingMillis = 0;
                    toAsk.add(peer);
                }
            }
        }
        toAsk.forEach(this::ping);
        dead.forEach(this::giveUp);
        return active;
    }

    private boolean isDead(Peer peer) {
        return peer.silentMillis >= silenceMillis || peer.unansweredMillis / Links.UNANSWERED >= silenceMillis;
    }

    /** A process that was only stopped learns by what it is told that its ends of the links have no other any more. */
    private void giveUp(Peer peer) {
        IpcException silent = new IpcException(
                IpcStatus.PEER_DIED,
                peer.silentMillis >= silenceMillis
                        ? "no sign of life of the process at the other end: limit=" + silenceMillis + " ms"
                        : "no answer of the process at the other end: limit=" + Links.UNANSWERED * silenceMillis
                                + " ms");
        peer.streams.forEach(stream -> stream.reset(silent));
    }
}
