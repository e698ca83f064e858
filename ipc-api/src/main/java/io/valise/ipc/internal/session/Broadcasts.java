package io.valise.ipc.internal.session;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.SerialLane;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * What a server sends to all its clients, on its way to one of them. The sender never waits: what a slow client does not
 * take at once queues here, in order, and one that falls too far behind is thrown out. Thread-safe.
 */
final class Broadcasts {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final Session session;
    private final long limit;
    private final Backlog unsent;
    private final SerialLane lane;

    Broadcasts(Session session) {
        this.session = session;
        this.limit = session.config().backlogBytes();
        this.unsent = new Backlog(limit, () -> {});
        this.lane = new SerialLane(unsent);
    }

    /** Sends an event without blocking; what does not fit now follows in order. */
    void send(String event, ValueSet message) {
        OutFrame frame = OutFrame.event(event, message);
        try {
            if (lane.isIdle() && session.outbound().trySend(frame)) {
                return;
            }
        } catch (IpcException e) {
            failed(event, e);
            return;
        } catch (InternalError e) { // of this client's memory: the others get theirs
            failed(event, session.outbound().cutShort(e));
            return;
        }
        if (lane.add(() -> sendQueued(event, frame), (int) Math.min(frame.bound(), Integer.MAX_VALUE / 2))) {
            session.follow(lane);
        }
        if (unsent.isHigh()) {
            session.end(new CloseReason(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    false,
                    "the peer does not read: broadcasts that wait for it: limit=" + limit + " bytes, actual="
                            + unsent.bytes()));
        }
    }

    private void sendQueued(String event, OutFrame frame) {
        if (session.isEnded()) {
            return;
        }
        try {
            session.outbound().send(frame, session.sendDeadline());
        } catch (IpcException e) {
            failed(event, e);
        }
    }

    private void failed(String event, IpcException e) {
        if (e.status() == IpcStatus.MESSAGE_TOO_LARGE) {
            LOG.log(Level.WARNING, "event " + event + " does not reach " + session, e);
        } else {
            session.sendFailed(e);
        }
    }
}
