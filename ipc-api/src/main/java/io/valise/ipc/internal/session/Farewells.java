package io.valise.ipc.internal.session;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.work.Patience;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the ends of a session say of its coming end. A farewell says how many calls of the other end were taken, so that
 * the other end knows of all later ones that no handler has seen them or will see them. Thread-safe.
 */
final class Farewells {
    private static final CloseReason SHUTTING_DOWN =
            new CloseReason(IpcStatus.CONNECTION_CLOSED, true, "the peer is shutting down and takes no new calls");
    private static final long GOODBYE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Session session;
    private final AtomicReference<@Nullable CloseReason> own = new AtomicReference<>();
    private volatile @Nullable CloseReason peers;
    private volatile boolean peerDrains;
    private volatile boolean counted;
    private volatile long takenByPeer = Patience.NEVER;

    Farewells(Session session) {
        this.session = session;
    }

    /** The ends have agreed on a version of the protocol. */
    void speak(int version) {
        counted = version >= Frames.VERSION_OF_COUNTED_FAREWELLS;
    }

    // ---- this end

    /** Takes no new calls, and tells the peer so, unless it does not read. */
    void drain() {
        long taken = session.dispatcher().drain();
        say(taken, Frames.FLAG_DRAIN, IpcStatus.OK, "the server is shutting down", new Patience(GOODBYE_NANOS));
    }

    /**
     * Refuses what no handler has seen, tells the peer that this end closes, and why, and ends the session.
     *
     * @param nanos how long at most to wait for a peer that does not read, beyond a moment
     * @return whether the peer has all that was sent; true if this end has said so before
     */
    boolean close(CloseReason reason, long nanos) {
        if (!own.compareAndSet(null, reason) || session.isEnded()) {
            return true;
        }
        try {
            return refuseAndSay(reason, new Patience(Math.max(nanos, GOODBYE_NANOS)));
        } finally {
            session.end(reason);
        }
    }

    private boolean refuseAndSay(CloseReason reason, Patience patience) {
        long taken = session.dispatcher().close();
        session.dispatcher()
                .withdraw(
                        tooLateHere(),
                        answer -> session.sendQuietly(answer, patience, false),
                        new Patience(GOODBYE_NANOS));
        return reason.status() == IpcStatus.CONNECTION_CLOSED
                ? say(taken, 0, IpcStatus.OK, "the peer closed the connection", patience)
                : say(taken, 0, reason.status(), reason.detail(), patience);
    }

    private boolean say(long taken, int flags, IpcStatus status, String text, Patience patience) {
        return session.sendQuietly(OutFrame.goaway(counted ? taken : 0, flags, status, text), patience, true);
    }

    /** Why a call of the peer comes too late at this end. */
    CloseReason tooLateHere() {
        CloseReason reason = own.get();
        return reason == null || reason.status() == IpcStatus.CONNECTION_CLOSED ? SHUTTING_DOWN : reason;
    }

    // ---- the peer

    /**
     * The peer says that it will take no more calls, or that it closes.
     *
     * @param taken how many calls of this end it has taken, if the version counts them
     */
    void hear(IpcStatus status, boolean drain, long taken, String text) {
        if (counted && taken >= 0) {
            takenByPeer = Math.min(takenByPeer, taken);
        }
        if (!drain) {
            IpcStatus why = status == IpcStatus.OK ? IpcStatus.CONNECTION_CLOSED : status;
            peers = new CloseReason(why, true, text);
        }
        peerDrains = true;
    }

    /** The peer takes no more calls: its farewell follows. */
    void peerDrains() {
        peerDrains = true;
    }

    boolean isPeerDraining() {
        return peerDrains;
    }

    /** How many calls of this end the peer says that it has taken; {@link Patience#NEVER} while it has not said so. */
    long takenByPeer() {
        return takenByPeer;
    }

    /** Why the peer closes, once it has said so. */
    @Nullable CloseReason heard() {
        return peers;
    }

    /** Why a call of this end would come too late at a peer that is draining. */
    CloseReason tooLateThere() {
        return Objects.requireNonNullElse(peers, SHUTTING_DOWN);
    }

    /** Whether either end closes. */
    boolean isClosing() {
        return own.get() != null || peers != null;
    }
}
