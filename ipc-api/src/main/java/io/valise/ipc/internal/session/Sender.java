package io.valise.ipc.internal.session;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.call.PendingCall;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.work.Work;
import io.valise.ipc.spi.runtime.LateFaults;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Puts the calls of this end under way, and says what is known of one that cannot be sent. Thread-safe. */
final class Sender {
    private static final long REASON_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Session session;

    Sender(Session session) {
        this.session = session;
    }

    /** Puts a call under way and sends its frame. */
    void send(PendingCall call, OutFrame frame) {
        send(call, frame, call);
    }

    /** Sends a frame of the greeting and puts what waits for the answer under way: it is no call of a service. */
    void sendGreeting(PendingCall answer, OutFrame frame) {
        send(answer, frame, null);
    }

    private void send(PendingCall call, OutFrame frame, @Nullable PendingCall numbered) {
        session.calls().put(call);
        try {
            session.outbound().sendCall(frame, numbered, call);
        } catch (IpcException e) {
            session.calls().remove(call.id());
            throw explained(e, call);
        } catch (RuntimeException | Error e) { // such as no memory to encode it
            session.calls().remove(call.id());
            throw e;
        }
        failIfEnded(call);
    }

    /** The thread that ended the session may not have seen a call that was put at the same time. */
    void failIfEnded(PendingCall call) {
        CloseReason ended = session.endReason();
        if (ended != null && session.calls().remove(call.id()) != null) {
            Work rest = call.fail(ended.status(), ended.detail(), deliveryOf(call));
            session.services().context().run(rest, false);
        }
    }

    private Delivery deliveryOf(PendingCall call) {
        session.outbound().close(); // if it is not yet: then it is known whether the call was sent
        return call.delivery(session.farewells().takenByPeer());
    }

    /** A link that broke under a sender says less than the farewell that may still lie in it unread. */
    IpcException explained(IpcException failure, @Nullable PendingCall call) {
        LateFaults.settle();
        if (failure.status() != IpcStatus.PEER_DIED && failure.status() != IpcStatus.CONNECTION_CLOSED) {
            return failure;
        }
        session.ensureRead();
        try {
            CloseReason reason = session.awaitEnd(REASON_NANOS);
            Delivery delivery =
                    call == null || failure.delivery() == Delivery.NOT_SENT ? failure.delivery() : deliveryOf(call);
            return new IpcException(reason.status(), reason.detail(), delivery, failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failure;
        } catch (ExecutionException | TimeoutException e) {
            failure.addSuppressed(e);
            return failure;
        }
    }
}
