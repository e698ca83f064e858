package io.valise.ipc.internal.call;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.channel.NumberedCall;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.Task;

/**
 * A call of this end that waits for its reply. The thread that removes it from the {@link InFlight} table completes it, so
 * it is completed exactly once.
 */
public abstract class PendingCall extends Deadline implements InFlight.Entry, NumberedCall {
    private final long id;
    private final String service;

    /** Its place among the calls that were sent, from 1 on; 0 as long as its frame is not complete. */
    private long place;

    /** @param timeoutNanos how long the reply may take, in nanoseconds, or {@link #NEVER} */
    public PendingCall(long id, String service, long timeoutNanos) {
        super(timeoutNanos);
        this.id = id;
        this.service = service;
    }

    @Override
    public final long id() {
        return id;
    }

    public final String service() {
        return service;
    }

    @Override
    public final void sent(long number) {
        place = number;
    }

    /**
     * What is known of its delivery when the connection ends without a reply. Exact once the sending half is closed.
     *
     * @param taken how many calls the peer says that it has taken; {@link #NEVER} when it has not said so
     */
    public final Delivery delivery(long taken) {
        if (place == 0) {
            return Delivery.NOT_SENT;
        }
        return place > taken ? Delivery.REJECTED : Delivery.UNKNOWN;
    }

    /** The deadline has come. */
    protected void expire(OutgoingCalls calls) {
        calls.giveUp(id, IpcStatus.TIMEOUT);
    }

    /**
     * Takes the reply.
     *
     * @return what is left to do that may run the application's code, or {@link Task#NONE}
     */
    public abstract Task complete(ValueSet reply);

    /** Takes the failure; returns like {@link #complete}. */
    public abstract Task fail(IpcStatus status, String message, Delivery delivery);

    static IpcException exception(IpcStatus status, String message, Delivery delivery) {
        return new IpcException(status, message, delivery);
    }
}
