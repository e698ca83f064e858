package io.valise.ipc.internal.call;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.work.SerialQueue;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * One subscription to a stream of the peer. Signals reach the subscriber one at a time, in order, through a queue; none
 * but those already begun after it cancelled. Thread-safe.
 */
public final class IncomingStream extends PendingCall implements Flow.Subscription {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final OutgoingCalls calls;
    private final Flow.Subscriber<? super ValueSet> subscriber;
    private final Opening opening;
    private final SerialQueue queue;
    private final Demand demand = new Demand();
    /** Credit that came before the peer knew of the stream. Guarded by this, as is the next. */
    private long early;

    private boolean opened;
    private volatile boolean over;

    /** Opens the stream at the peer. */
    @FunctionalInterface
    public interface Opening {
        /** Sends the frame that opens it, and has its messages read; throws where the connection takes no calls. */
        void open(IncomingStream stream, long credit);
    }

    public IncomingStream(
            OutgoingCalls calls, String service, Flow.Subscriber<? super ValueSet> subscriber, Opening opening) {
        super(calls.nextId(), service, NEVER);
        this.calls = calls;
        this.subscriber = subscriber;
        this.opening = opening;
        this.queue = new SerialQueue(calls.tasks().backlog());
    }

    /**
     * Gives the subscriber its subscription and opens the stream with what it has asked for at once. Signals wait until
     * then; those of an answer that was quicker follow on another thread.
     */
    public void begin() {
        queue.hold();
        try {
            subscriber.onSubscribe(this);
        } catch (RuntimeException | Error e) { // it will never cancel
            cancel();
            throw e;
        }
        open();
        if (queue.release()) {
            calls.tasks().runOnExecutor(queue);
        }
    }

    private void open() {
        long credit;
        synchronized (this) {
            if (over) {
                return;
            }
            credit = takeEarly();
        }
        try {
            opening.open(this, credit); // may wait for room in the link, which holds up no request(n) and no cancel()
            opened();
        } catch (IpcException e) {
            abandon(e);
        } catch (OutOfMemoryError e) {
            abandon(new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "no memory to open a stream", delivery(NEVER), e));
        }
    }

    /** The peer knows of the stream from here on: tells it what the subscriber has said meanwhile. */
    private void opened() {
        long more;
        boolean cancelled;
        synchronized (this) {
            opened = true;
            more = takeEarly();
            cancelled = over; // by the subscriber: the signals of the peer still wait
        }
        if (cancelled) {
            calls.tellCancelled(id(), IpcStatus.CANCELLED);
        } else if (more > 0) {
            sendCredit(more);
        }
    }

    private long takeEarly() {
        long credit = early;
        early = 0;
        return credit;
    }

    // ---- the subscriber's side

    @Override
    public void request(long more) {
        if (over) {
            return;
        }
        if (more <= 0) {
            if (giveUp()) {
                signal(() -> subscriber.onError(new IllegalArgumentException(
                        "request(n): n must be positive (Reactive Streams, rule 3.9), actual=" + more)));
            }
            return;
        }
        demand.add(more);
        if (isOpenFor(more)) {
            sendCredit(more);
        }
    }

    /** A stream that is open may have run its handler, whatever became of this frame. */
    private void sendCredit(long more) {
        try {
            calls.sender().send(OutFrame.credit(id(), more));
        } catch (IpcException e) {
            abandon(new IpcException(e.status(), e.reason(), Delivery.UNKNOWN, e));
        }
    }

    /** Whether the peer knows of the stream; if not, it is told of this credit when it does. */
    private synchronized boolean isOpenFor(long credit) {
        if (!opened) {
            early = Demand.sum(early, credit);
        }
        return opened;
    }

    private void abandon(IpcException e) {
        PendingCall call = calls.remove(id());
        if (call != null) {
            fail(e.status(), e.reason(), e.delivery()).run(false);
        }
    }

    @Override
    public void cancel() {
        giveUp();
    }

    /** Ends it from this end; false when it had ended. */
    private boolean giveUp() {
        boolean told;
        synchronized (this) {
            if (!end()) {
                return false;
            }
            told = opened;
        }
        calls.forget(id(), told);
        return true;
    }

    /** No signal follows but the one that the caller gives now; false when it had ended. */
    private synchronized boolean end() {
        boolean first = !over;
        over = true;
        return first;
    }

    // ---- the peer's side

    public @Nullable Task received(ValueSet item, int bytes) {
        if (!demand.take()) {
            throw Frames.malformed("stream " + service() + ": the peer sent more than was asked for");
        }
        calls.tasks().backlog().checkNotExcessive();
        return queue.add(() -> next(item), bytes) ? queue : null;
    }

    private void next(ValueSet item) {
        if (over) {
            return;
        }
        try {
            subscriber.onNext(item);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "stream " + service() + ": its subscriber failed in onNext; cancelled", e);
            cancel();
        }
    }

    public @Nullable Task ended() {
        return queue.add(() -> last(subscriber::onComplete), 0) ? queue : null;
    }

    @Override
    public Task complete(ValueSet reply) {
        return fail(
                IpcStatus.PROTOCOL_ERROR, "stream " + service() + ": the peer answered with a reply", Delivery.UNKNOWN);
    }

    @Override
    public Task fail(IpcStatus status, String message, Delivery delivery) {
        Runnable action = () -> last(() -> subscriber.onError(exception(status, message, delivery)));
        return queue.add(action, 0) ? queue : Task.NONE;
    }

    private void signal(Runnable action) {
        if (queue.add(action, 0)) {
            queue.run(false);
        }
    }

    private void last(Runnable terminal) {
        if (end()) {
            try {
                terminal.run();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, "stream " + service() + ": its subscriber failed in its last call", e);
            }
        }
    }
}
