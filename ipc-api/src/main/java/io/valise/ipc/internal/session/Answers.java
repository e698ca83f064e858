package io.valise.ipc.internal.session;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.frame.Sendable;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Sends the answers of a session's requests; one that cannot be sent is replaced by the reason. Thread-safe. */
final class Answers {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final Session session;

    Answers(Session session) {
        this.session = session;
    }

    void send(Sendable frame, boolean onReader) {
        boolean interrupted = Thread.interrupted(); // the handler's affair: the peer gets its answer all the same
        try {
            while (!session.outbound().sendUnlessInterrupted(frame, session.sendDeadline(), !onReader)) {
                interrupted = Thread.interrupted();
            }
        } catch (IpcException e) {
            failed(frame, e);
        } catch (InternalError e) {
            session.sendFailed(session.outbound().cutShort(e));
        } catch (RuntimeException | Error e) { // nothing was sent, and the peer must not wait for it
            LOG.log(Level.ERROR, "an answer to " + session + " cannot be encoded", e);
            IpcStatus status = e instanceof OutOfMemoryError ? IpcStatus.RESOURCE_EXHAUSTED : IpcStatus.HANDLER_FAILED;
            sendInstead(frame, status, String.valueOf(e));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void failed(Sendable frame, IpcException e) {
        if (e.status() == IpcStatus.MESSAGE_TOO_LARGE) {
            sendInstead(frame, e.status(), e.reason());
        } else if (e.status() == IpcStatus.CANCELLED) { // it is committed: another thread goes on
            session.drainSoon();
        } else {
            session.sendFailed(e);
        }
    }

    private void sendInstead(Sendable frame, IpcStatus status, String why) {
        session.sendQuietly(
                OutFrame.text(Frames.ERROR, frame.id(), 0, status, "reply: " + why), session.sendDeadline(), true);
    }
}
