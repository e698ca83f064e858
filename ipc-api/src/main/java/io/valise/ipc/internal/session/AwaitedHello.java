package io.valise.ipc.internal.session;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;

/** What a server waits for first: its deadline ends a session that stays silent. */
final class AwaitedHello extends PendingCall {
    /** No call of a client's own has this id. */
    static final long ID = 0;

    AwaitedHello(long nanos) {
        super(ID, "HELLO", nanos);
    }

    @Override
    void expire(Session session) {
        CloseReason silent = new CloseReason(IpcStatus.TIMEOUT, false, "no HELLO from the client within its time");
        session.follow(new Aside(() -> session.closeBecause(silent)));
    }

    @Override
    Work complete(ValueSet reply) {
        return NOTHING;
    }

    @Override
    Work fail(IpcStatus status, String message, Delivery delivery) {
        return NOTHING;
    }
}
