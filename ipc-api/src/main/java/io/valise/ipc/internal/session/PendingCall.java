package io.valise.ipc.internal.session;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;

/**
 * A call of this end that waits for its answer. Whoever removes it from the {@link InFlight} table completes it, so it
 * is completed exactly once.
 */
abstract class PendingCall implements InFlight.Entry {
    /** A deadline that never comes. */
    static final long NEVER = Long.MAX_VALUE;

    private final long id;
    private final String service;
    private final long deadline;

    /** @param deadline by {@link System#nanoTime()}, or {@link #NEVER} */
    PendingCall(long id, String service, long deadline) {
        this.id = id;
        this.service = service;
        this.deadline = deadline;
    }

    @Override
    public final long id() {
        return id;
    }

    final String service() {
        return service;
    }

    final long deadline() {
        return deadline;
    }

    /** Whether the time is up. */
    final boolean isOverdue(long now) {
        return deadline != NEVER && deadline - now <= 0;
    }

    /** The deadline has come. */
    void expire(Session session) {
        session.calls().giveUp(id, IpcStatus.TIMEOUT);
    }

    /**
     * Takes the reply.
     *
     * @return what is left to do that may run the user's code, or {@link #NOTHING}
     */
    abstract Work complete(ValueSet reply);

    /** Takes the failure; returns like {@link #complete}. */
    abstract Work fail(IpcStatus status, String message, Delivery delivery);

    /** Nothing is left to do. */
    static final Work NOTHING = new Work() {
        @Override
        public void run(boolean onReader) {}

        @Override
        public boolean handsOff(boolean readerIsCaller) {
            return false;
        }
    };

    static IpcException exception(IpcStatus status, String message, Delivery delivery) {
        return new IpcException(status, message, delivery);
    }
}
