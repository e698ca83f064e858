package io.valise.ipc.internal.call;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.channel.NumberedCall;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.work.CallbackTask;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.internal.work.TaskRunner;
import io.valise.ipc.internal.work.Watchdog;
import io.valise.ipc.spi.runtime.RateLimitedLog;
import io.valise.ipc.spi.runtime.SafeLog;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The calls of this end: sends them, keeps those that wait for their replies, and ends those that get none, because the
 * caller gave them up, their time is up, or the connection has ended. Thread-safe.
 */
public final class OutgoingCalls implements Watchdog.Dated {
    private static final RateLimitedLog NO_MEMORY = new RateLimitedLog(SafeLog.of("io.valise.ipc"));

    private final Object connection;
    private final FrameSender sender;
    private final TaskRunner tasks;
    private final Lifecycle lifecycle;
    private final InFlight<PendingCall> pending = new InFlight<>();
    /** Where the metadata of replies go for which callers ask, by the ids of their calls. */
    private final Map<Long, ReplyMetadata> metadata = new ConcurrentHashMap<>();

    private final AtomicLong lastId = new AtomicLong();
    private final AtomicLong earliestDeadline = new AtomicLong(Deadline.NEVER);
    private final AtomicBoolean watched = new AtomicBoolean();

    /** @param connection whose calls they are, for the log */
    public OutgoingCalls(Object connection, FrameSender sender, TaskRunner tasks, Lifecycle lifecycle) {
        this.connection = connection;
        this.sender = sender;
        this.tasks = tasks;
        this.lifecycle = lifecycle;
    }

    FrameSender sender() {
        return sender;
    }

    TaskRunner tasks() {
        return tasks;
    }

    /** A correlation id that no call of this connection had before. */
    public long nextId() {
        return lastId.incrementAndGet();
    }

    /** Has the metadata of the reply to a call taken, until {@link #forgetMetadata}. */
    public void expectMetadata(long id, ReplyMetadata taker) {
        taker.begin();
        metadata.put(id, taker);
    }

    /** Ends {@link #expectMetadata}. */
    public void forgetMetadata(long id) {
        metadata.remove(id);
    }

    /** Whether the caller asks for the metadata of a reply. */
    public boolean wantsMetadata(long id) {
        return metadata.containsKey(id);
    }

    /** Takes what came before the reply to a call; nothing when its caller does not ask for it. */
    public void metadataReceived(long id, ValueSet values) {
        ReplyMetadata taker = metadata.get(id);
        if (taker != null) {
            taker.received(values);
        }
    }

    /** Sends the frame of a call, and expects its reply from then on. */
    public void send(PendingCall call, OutFrame frame) {
        send(call, frame, call);
    }

    /** Sends a frame of the greeting, and expects the answer from then on: it is no call of a service. */
    public void sendGreeting(PendingCall answer, OutFrame frame) {
        send(answer, frame, null);
    }

    private void send(PendingCall call, OutFrame frame, @Nullable NumberedCall numbered) {
        put(call);
        try {
            sender.sendCall(frame, numbered, call);
        } catch (RuntimeException | Error e) { // an Error too, such as no memory to encode it
            remove(call.id());
            throw e;
        }
        failIfEnded(call);
    }

    /** The thread that ended the connection may not have seen a call that was added at the same time. */
    public void failIfEnded(PendingCall call) {
        CloseReason ended = lifecycle.endReason();
        if (ended != null && remove(call.id()) != null) {
            tasks.context().run(call.fail(ended.status(), ended.detail(), deliveryOf(call)), false);
        }
    }

    /** What is known of the delivery of a call whose connection has ended. */
    public Delivery deliveryOf(PendingCall call) {
        sender.close(); // if it is not yet: then it is known whether the call was sent
        return call.delivery(lifecycle.takenByPeer());
    }

    public void put(PendingCall call) {
        if (!pending.put(call)) {
            throw new IllegalStateException("call id " + call.id() + " is in use");
        }
    }

    public @Nullable PendingCall get(long id) {
        return pending.get(id);
    }

    /** Takes a call out, to complete it: null when another thread did. */
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
        try {
            tellCancelled(id, why);
        } finally { // an Error must not leave the call without an end
            String what = why == IpcStatus.TIMEOUT ? ": no reply within its timeout" : ": given up while it waited";
            // this thread waits for another call, or looks after all connections: it must not run the application's
            // code
            tasks.runOnWorker(call.fail(
                    why, "request " + call.service() + what + "; the handler may still have run", Delivery.UNKNOWN));
        }
    }

    /** Forgets a call that its caller cancelled. */
    void forget(long id, boolean tellPeer) {
        if (pending.remove(id) != null && tellPeer) {
            tellCancelled(id, IpcStatus.CANCELLED);
        }
    }

    /** Tells the peer that no reply to a call is expected any more. Does not block. */
    void tellCancelled(long id, IpcStatus why) {
        try {
            OutFrame cancel = OutFrame.signal(Frames.CANCEL, id, why);
            if (!sender.trySend(cancel)) {
                tasks.runSending(new CallbackTask(() -> sender.sendQuietly(cancel)));
            }
        } catch (IpcException e) {
            sender.failed(e);
        } catch (OutOfMemoryError e) { // this thread may have the right to read, for other callers too
            NO_MEMORY.warn("no memory to tell the peer that a call of " + connection + " was given up", e);
        }
    }

    /**
     * Ends all calls with the connection, whose sending half is closed; what is left to do for them is added to
     * {@code rest}.
     *
     * @param taken how many calls the peer says that it has taken
     */
    public void failAll(CloseReason reason, long taken, List<Task> rest) {
        for (PendingCall call : pending.snapshot()) {
            if (pending.remove(call.id()) != null) {
                rest.add(call.fail(reason.status(), reason.detail(), call.delivery(taken)));
            }
        }
        checkSoon();
    }

    /**
     * Has the watchdog look at the calls of a connection that has ended, and forget it: or it would keep the connection in
     * memory until the next deadline. The deadline is set even if the watchdog does not know of the calls now: it may have
     * seen calls that have ended since, and be about to take their deadline.
     */
    private void checkSoon() {
        long now = System.nanoTime();
        earliestDeadline.set(now);
        if (watched.get()) {
            Watchdog.earlierDeadline(now);
        }
    }

    /** Has the watchdog end a call for which no thread waits when its time is up. */
    public void watchDeadline(long deadline) {
        long earliest = earliestDeadline.get();
        if (deadline >= earliest && watched.get()) {
            return; // as a rule: what is called later is due later
        }
        earliest = earliestDeadline.getAndAccumulate(deadline, Math::min);
        if (watched.compareAndSet(false, true)) {
            Watchdog.watchDeadlines(this, deadline);
        } else if (deadline < earliest) {
            Watchdog.earlierDeadline(deadline);
        }
        if (lifecycle.isEnded()) { // perhaps before the watchdog knew of the call
            checkSoon();
        }
    }

    @Override
    public long checkDeadlines(long now) {
        long earliest = earliestDeadline.get();
        if (earliest != Deadline.NEVER && earliest - now > 0) {
            return earliest;
        }
        // from here on watchDeadline has this connection watched again
        earliestDeadline.set(Deadline.NEVER);
        watched.set(false);
        if (lifecycle.isEnded()) { // what is left is failed by the thread that ended it, or by the one that sends it
            return Deadline.NEVER;
        }
        long next = Deadline.NEVER;
        for (PendingCall call : pending.snapshot()) {
            if (call.isOverdue(now)) {
                call.expire(this);
            } else {
                next = Math.min(next, call.deadline());
            }
        }
        if (next == Deadline.NEVER) {
            return Deadline.NEVER;
        }
        earliestDeadline.accumulateAndGet(next, Math::min);
        return watched.compareAndSet(false, true) ? earliestDeadline.get() : Deadline.NEVER;
    }

    @Override
    public String toString() {
        return "the calls of " + connection;
    }
}
