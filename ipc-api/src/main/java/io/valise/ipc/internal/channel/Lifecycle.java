package io.valise.ipc.internal.channel;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.work.Deadline;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The state of a connection: open, then draining or closing at either end, then ended. A GOAWAY says how many calls of its
 * receiver were taken: no handler has seen a later one, or will see it. Holds state only; thread-safe.
 */
public final class Lifecycle {
    private static final CloseReason SHUTTING_DOWN =
            new CloseReason(IpcStatus.CONNECTION_CLOSED, true, "the peer is shutting down and takes no new calls");

    private final AtomicReference<@Nullable CloseReason> closingHere = new AtomicReference<>();
    private final AtomicReference<@Nullable CloseReason> end = new AtomicReference<>();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private volatile @Nullable CloseReason closingThere;
    private volatile boolean peerDrains;
    private volatile boolean countsCalls;
    private volatile long takenByPeer = Deadline.NEVER;

    /** The ends have agreed on a version of the protocol. */
    public void agreed(int version) {
        countsCalls = version >= Frames.VERSION_OF_GOAWAY_COUNTS;
    }

    /** Whether a GOAWAY says how many calls were taken. */
    public boolean countsCalls() {
        return countsCalls;
    }

    // ---- this end

    /** This end begins to close the connection; false when it began before, or the connection has ended. */
    public boolean beginClose(CloseReason reason) {
        return closingHere.compareAndSet(null, reason) && !isEnded();
    }

    /** Why a call of the peer is refused once this end drains or closes. */
    public CloseReason inboundRefusal() {
        CloseReason reason = closingHere.get();
        return reason == null || reason.status() == IpcStatus.CONNECTION_CLOSED ? SHUTTING_DOWN : reason;
    }

    // ---- the peer

    /**
     * A GOAWAY came: the peer takes no more calls, or closes.
     *
     * @param taken how many calls of this end it has taken, if the version counts them
     */
    public void peerSaid(IpcStatus status, boolean drain, long taken, String text) {
        if (countsCalls && taken >= 0) {
            takenByPeer = Math.min(takenByPeer, taken);
        }
        if (!drain) {
            IpcStatus why = status == IpcStatus.OK ? IpcStatus.CONNECTION_CLOSED : status;
            closingThere = new CloseReason(why, true, text);
        }
        peerDrains = true;
    }

    /** The peer has refused a call because it drains; its GOAWAY follows. */
    public void peerDrains() {
        peerDrains = true;
    }

    /** Whether the peer takes no more calls. */
    public boolean isPeerDraining() {
        return peerDrains;
    }

    /** Whether the peer has said that it closes the connection: it waits for no more replies. */
    public boolean isPeerClosing() {
        return closingThere != null;
    }

    /** Why the peer closes the connection; null before it has said so. */
    public @Nullable CloseReason peersReason() {
        return closingThere;
    }

    /** How many calls of this end the peer has taken; {@link Deadline#NEVER} before it has said so. */
    public long takenByPeer() {
        return takenByPeer;
    }

    /** Why a call of this end is refused once the peer drains or closes. */
    public CloseReason outboundRefusal() {
        return Objects.requireNonNullElse(closingThere, SHUTTING_DOWN);
    }

    /** Whether either end closes the connection. */
    public boolean isClosing() {
        return closingHere.get() != null || closingThere != null;
    }

    // ---- the end

    /** The connection ends; false when it has ended before. {@link #completeClosed} follows. */
    public boolean end(CloseReason reason) {
        return end.compareAndSet(null, reason);
    }

    /** Whether the connection has ended. */
    public boolean isEnded() {
        return end.get() != null;
    }

    /** Why the connection has ended; null before that. */
    public @Nullable CloseReason endReason() {
        return end.get();
    }

    /** Completes {@link #closed}: dependent actions of the application run here. */
    public void completeClosed(CloseReason reason) {
        closed.complete(reason);
    }

    /** Completes when the connection has ended and its calls have. */
    public CompletableFuture<CloseReason> closed() {
        return closed;
    }

    /** Waits so many nanoseconds for the end. */
    public CloseReason awaitEnd(long nanos) throws InterruptedException, ExecutionException, TimeoutException {
        return closed.get(nanos, TimeUnit.NANOSECONDS);
    }
}
