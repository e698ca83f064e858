package io.valise.ipc.internal.call;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.work.Caretaker;
import io.valise.ipc.internal.work.Patience;
import io.valise.ipc.internal.work.Work;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The calls of this end that wait for their answers, and how they end without one: given up by the caller, overdue, or
 * cut off with the connection. Thread-safe.
 */
public final class OutgoingCalls implements Caretaker.Dated {
    private final Line line;
    private final InFlight<PendingCall> pending = new InFlight<>();
    private final AtomicLong lastId = new AtomicLong();
    private final AtomicLong earliestDeadline = new AtomicLong(Patience.NEVER);
    private final AtomicBoolean watched = new AtomicBoolean();

    public OutgoingCalls(Line line) {
        this.line = line;
    }

    /** A correlation id that no call of this session had before. */
    public long nextId() {
        return lastId.incrementAndGet();
    }

    public void put(PendingCall call) {
        if (!pending.put(call)) {
            throw new IllegalStateException("call id " + call.id() + " is in use");
        }
    }

    public @Nullable PendingCall get(long id) {
        return pending.get(id);
    }

    /** Takes a call out, to complete it: null when somebody else did. */
    public @Nullable PendingCall remove(long id) {
        return pending.remove(id);
    }

    public boolean isEmpty() {
        return pending.size() == 0;
    }

    public int size() {
        return pending.size();
    }

    /** Ends a call, if it has not ended, and tells the peer. */
    public void giveUp(long id, IpcStatus why) {
        PendingCall call = pending.remove(id);
        if (call == null) {
            return;
        }
        tellCancelled(id, why);
        String what = why == IpcStatus.TIMEOUT ? ": no reply within its timeout" : ": given up while it waited";
        // the thread is one that waits for another call, or looks after all sessions: none to run the user's code
        line.follow(call.fail(
                why, "request " + call.service() + what + "; the handler may still have run", Delivery.UNKNOWN));
    }

    /** Forgets a call that was cancelled by whoever made it. */
    void forget(long id, boolean tellPeer) {
        if (pending.remove(id) != null && tellPeer) {
            tellCancelled(id, IpcStatus.CANCELLED);
        }
    }

    private void tellCancelled(long id, IpcStatus why) {
        line.sendAside(OutFrame.signal(Frames.CANCEL, id, why));
    }

    /**
     * Ends all calls with the connection, whose sending half is closed; what is left to do for them is added to
     * {@code rest}.
     *
     * @param taken how many calls the peer says that it has taken
     */
    public void failAll(CloseReason reason, long taken, List<Work> rest) {
        for (PendingCall call : pending.snapshot()) {
            if (pending.remove(call.id()) != null) {
                rest.add(call.fail(reason.status(), reason.detail(), call.delivery(taken)));
            }
        }
        if (watched.get()) { // or the caretaker would keep the session in memory until the deadline it waits for
            long now = System.nanoTime();
            earliestDeadline.set(now);
            Caretaker.earlierDeadline(now);
        }
    }

    /** Has the caretaker end a call that nobody waits for in person when its time is up. */
    public void watchDeadline(long deadline) {
        long earliest = earliestDeadline.get();
        if (deadline >= earliest && watched.get()) {
            return; // as a rule: what is called later is due later
        }
        earliest = earliestDeadline.getAndAccumulate(deadline, Math::min);
        if (watched.compareAndSet(false, true)) {
            Caretaker.watchDeadlines(this, deadline);
        } else if (deadline < earliest) {
            Caretaker.earlierDeadline(deadline);
        }
    }

    @Override
    public long checkDeadlines(long now) {
        long earliest = earliestDeadline.get();
        if (earliest != Patience.NEVER && earliest - now > 0) {
            return earliest;
        }
        // whoever calls watchDeadline from here on has this session watched anew
        earliestDeadline.set(Patience.NEVER);
        watched.set(false);
        long next = Patience.NEVER;
        for (PendingCall call : pending.snapshot()) {
            if (call.isOverdue(now)) {
                call.expire(this);
            } else {
                next = Math.min(next, call.deadline());
            }
        }
        if (next == Patience.NEVER) {
            return Patience.NEVER;
        }
        earliestDeadline.accumulateAndGet(next, Math::min);
        return watched.compareAndSet(false, true) ? earliestDeadline.get() : Patience.NEVER;
    }

    @Override
    public String toString() {
        return "the calls of " + line;
    }
}
