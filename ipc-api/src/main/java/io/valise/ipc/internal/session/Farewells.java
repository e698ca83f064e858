package io.valise.ipc.internal.session;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcStatus;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the ends of a session have said of its coming end. Thread-safe. */
final class Farewells {
    private static final CloseReason SHUTTING_DOWN =
            new CloseReason(IpcStatus.CONNECTION_CLOSED, true, "the peer is shutting down and takes no new calls");

    private final AtomicReference<@Nullable CloseReason> own = new AtomicReference<>();
    private volatile @Nullable CloseReason peers;
    private volatile boolean peerDrains;

    /** This end closes; false when it has done so before. */
    boolean say(CloseReason reason) {
        return own.compareAndSet(null, reason);
    }

    /** The peer says that it will take no more calls, or that it closes. */
    void hear(IpcStatus status, boolean drain, String text) {
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

    /** Why a call of the peer comes too late at this end. */
    CloseReason tooLateHere() {
        CloseReason reason = own.get();
        return reason == null || reason.status() == IpcStatus.CONNECTION_CLOSED ? SHUTTING_DOWN : reason;
    }
}
