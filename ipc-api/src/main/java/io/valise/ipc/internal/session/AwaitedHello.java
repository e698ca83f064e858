package io.valise.ipc.internal.session;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.OutgoingCalls;
import io.valise.ipc.internal.call.PendingCall;
import io.valise.ipc.internal.work.CallbackTask;
import io.valise.ipc.internal.work.Task;

/** What a server waits for first: its deadline ends a session that stays silent. */
final class AwaitedHello extends PendingCall {
    /** No call of a client's own has this id. */
    static final long ID = 0;

    private final Session session;

    AwaitedHello(Session session, long nanos) {
        super(ID, "HELLO", nanos);
        this.session = session;
    }

    @Override
    protected void expire(OutgoingCalls calls) {
        CloseReason silent = new CloseReason(IpcStatus.TIMEOUT, false, "no HELLO from the client within its time");
        session.tasks().runOnWorker(new CallbackTask(() -> session.closeBecause(silent)));
    }

    @Override
    public Task complete(ValueSet reply) {
        return Task.NONE;
    }

    @Override
    public Task fail(IpcStatus status, String message, Delivery delivery) {
        return Task.NONE;
    }
}
