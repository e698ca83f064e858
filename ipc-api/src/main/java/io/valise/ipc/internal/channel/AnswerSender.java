package io.valise.ipc.internal.channel;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.frame.Sendable;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Sends the frames that the peer waits for: an answer that cannot be sent is replaced by the reason, or the connection ends.
 * Thread-safe.
 */
public final class AnswerSender {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final Object connection;
    private final FrameSender sender;

    /** @param connection whose answers they are, for the log */
    public AnswerSender(Object connection, FrameSender sender) {
        this.connection = connection;
        this.sender = sender;
    }

    /**
     * Sends an answer; does not throw. The interrupt status of the calling thread belongs to the handler that left it: the
     * answer, or what replaces it, is sent all the same, and then the status is restored.
     *
     * @param flush false when the calling thread flushes soon after
     */
    public void send(Sendable frame, boolean flush) {
        boolean interrupted = Thread.interrupted();
        try {
            while (!sendUnlessInterrupted(frame, flush)) {
                interrupted |= Thread.interrupted();
            }
        } catch (RuntimeException | Error e) {
            failed(frame, e);
        } finally {
            restore(interrupted);
        }
    }

    /** Like {@link #send}, if that needs no waiting; false if it does, and nothing was done. */
    public boolean trySend(Sendable frame) {
        boolean interrupted = Thread.interrupted();
        try {
            return sender.trySend(frame);
        } catch (RuntimeException | Error e) {
            failed(frame, e);
            return true;
        } finally {
            restore(interrupted);
        }
    }

    private static void restore(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** False when an interrupt came first and nothing was sent. */
    private boolean sendUnlessInterrupted(Sendable frame, boolean flush) {
        try {
            sender.send(frame, flush);
            return true;
        } catch (IpcException e) {
            if (e.status() == IpcStatus.CANCELLED && e.delivery() == Delivery.NOT_SENT) {
                return false;
            }
            throw e;
        }
    }

    private void failed(Sendable frame, Throwable failure) {
        if (failure instanceof IpcException known) {
            failed(frame, known);
        } else if (failure instanceof InternalError fault) { // it may come as late as after the sending
            sender.failed(sender.cutShort(fault));
        } else { // nothing was sent, and the peer waits for an answer
            LOG.log(Level.ERROR, "an answer to " + connection + " cannot be encoded", failure);
            boolean noMemory = failure instanceof OutOfMemoryError;
            IpcStatus status = noMemory ? IpcStatus.RESOURCE_EXHAUSTED : IpcStatus.HANDLER_FAILED;
            sendInstead(frame, status, String.valueOf(failure));
        }
    }

    private void failed(Sendable frame, IpcException e) {
        if (e.status() == IpcStatus.MESSAGE_TOO_LARGE) {
            sendInstead(frame, e.status(), e.reason());
        } else if (e.status() == IpcStatus.CANCELLED) { // it is committed: another thread flushes
            sender.flushSoon();
        } else {
            sender.failed(e);
        }
    }

    private void sendInstead(Sendable frame, IpcStatus status, String why) {
        sender.sendQuietly(OutFrame.text(Frames.ERROR, frame.id(), 0, status, "reply: " + why));
    }
}
