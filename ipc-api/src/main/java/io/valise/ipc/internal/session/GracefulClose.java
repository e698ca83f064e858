package io.valise.ipc.internal.session;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.serve.Dispatcher;
import io.valise.ipc.internal.work.Deadline;
import java.util.concurrent.TimeUnit;

/** Drains and closes a connection from this end: tells the peer by GOAWAY how many of its calls were taken. Thread-safe. */
final class GracefulClose {
    /** A peer that does not read is waited for this long. */
    private static final long GOAWAY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Lifecycle lifecycle;
    private final Dispatcher dispatcher;
    private final FrameSender sender;

    GracefulClose(Lifecycle lifecycle, Dispatcher dispatcher, FrameSender sender) {
        this.lifecycle = lifecycle;
        this.dispatcher = dispatcher;
        this.sender = sender;
    }

    /** Takes no new calls, and tells the peer so, unless it does not read. */
    void drain() {
        long taken = dispatcher.drain();
        sendGoaway(taken, Frames.FLAG_DRAIN, IpcStatus.OK, "the server is shutting down", new Deadline(GOAWAY_NANOS));
    }

    /**
     * Refuses the calls that no handler has seen, and tells the peer that this end closes, and why. The connection is to be
     * ended next.
     *
     * @param nanos how long at most to wait for a peer that does not read, beyond a moment
     * @return whether the peer has all that was sent
     */
    boolean close(CloseReason reason, long nanos) {
        Deadline deadline = new Deadline(Math.max(nanos, GOAWAY_NANOS));
        long taken = dispatcher.close();
        dispatcher.withdraw(
                lifecycle.inboundRefusal(),
                answer -> sender.sendQuietly(answer, deadline, false),
                new Deadline(GOAWAY_NANOS));
        return reason.status() == IpcStatus.CONNECTION_CLOSED
                ? sendGoaway(taken, 0, IpcStatus.OK, "the peer closed the connection", deadline)
                : sendGoaway(taken, 0, reason.status(), reason.detail(), deadline);
    }

    private boolean sendGoaway(long taken, int flags, IpcStatus status, String text, Deadline deadline) {
        long counted = lifecycle.countsCalls() ? taken : 0;
        return sender.sendQuietly(OutFrame.goaway(counted, flags, status, text), deadline, true);
    }
}
