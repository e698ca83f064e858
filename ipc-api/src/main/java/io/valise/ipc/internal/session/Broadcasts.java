package io.valise.ipc.internal.session;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.SerialQueue;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/**
 * What a server sends to all its clients, on its way to one of them. The sender does not wait for a client: what a slow
 * one does not take at once queues here, in order. When too much is queued and the link has no room, the client is disconnected. When the link has room, it is this process whose threads do not get on: then the sender waits for them. Thread-safe.
 */
final class Broadcasts {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final Session session;
    private final long limit;
    private final Backlog unsent;
    private final SerialQueue queue;

    Broadcasts(Session session) {
        this.session = session;
        this.limit = session.config().backlogBytes();
        this.unsent = new Backlog(limit, () -> {});
        this.queue = new SerialQueue(unsent);
    }

    /** How many bytes wait for the client. */
    long bytesUnsent() {
        return unsent.bytes();
    }

    /** Sends an event without blocking; what does not fit now follows in order. */
    void send(String event, ValueSet message) {
        OutFrame frame = OutFrame.event(event, message);
        try {
            if (queue.isIdle() && session.sender().trySend(frame)) {
                return;
            }
        } catch (IpcException e) {
            failed(event, e);
            return;
        } catch (InternalError e) { // of this client's memory: the others get theirs
            failed(event, session.sender().cutShort(e));
            return;
        }
        if (queue.add(() -> sendQueued(event, frame), (int) Math.min(frame.bound(), Integer.MAX_VALUE / 2))) {
            session.tasks().runSending(queue);
        }
        if (unsent.isHigh() && !isSentFurther()) {
            session.end(new CloseReason(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    false,
                    "the peer does not read: broadcasts that wait for it: limit=" + limit + " bytes, actual="
                            + unsent.bytes()));
        }
    }

    /**
     * Waits until less is queued, as long as the link has room, and at most for the request timeout: a client that reads
     * must not be thrown out because the thread that sends to it gets no processor.
     */
    private boolean isSentFurther() {
        Deadline deadline = new Deadline(session.config().requestTimeoutNanos());
        while (unsent.isHigh() && !session.isEnded()) {
            if (session.sender().awaitsRoom() || deadline.left() == 0) {
                return false;
            }
            Threads.pause(PAUSE_NANOS);
        }
        return true;
    }

    private void sendQueued(String event, OutFrame frame) {
        if (session.isEnded()) {
            return;
        }
        try {
            session.sender().send(frame);
        } catch (IpcException e) {
            failed(event, e);
        }
    }

    private void failed(String event, IpcException e) {
        if (e.status() == IpcStatus.MESSAGE_TOO_LARGE) {
            LOG.log(Level.WARNING, "event " + event + " does not reach " + session, e);
        } else {
            session.sender().failed(e);
        }
    }
}
