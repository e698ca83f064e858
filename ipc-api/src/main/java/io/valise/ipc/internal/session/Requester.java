package io.valise.ipc.internal.session;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.AsyncCall;
import io.valise.ipc.internal.call.CallMaker;
import io.valise.ipc.internal.call.IncomingStream;
import io.valise.ipc.internal.call.OutgoingCalls;
import io.valise.ipc.internal.call.PendingCall;
import io.valise.ipc.internal.call.ReplyMetadata;
import io.valise.ipc.internal.call.SyncCall;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.SessionCounters;
import io.valise.ipc.spi.runtime.LateFaults;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of this end, opens its streams and sends its events; where that fails, finds out why: the peer may have
 * said so. Thread-safe.
 *
 * <p>An access to shared memory that was cut short may be reported as late as in the handling of an exception that it
 * brought about: {@link FrameSender#cutShort} is called one method further out than failures are explained.
 */
final class Requester implements CallMaker {
    /**
     * The longest wait for a GOAWAY that may lie unread in a link that broke under a sender: it says why the link ended. On a
     * busy machine the thread that reads it takes a while.
     */
    private static final long REASON_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final OutgoingCalls calls;
    private final FrameSender sender;
    private final Reader reader;
    private final Lifecycle lifecycle;
    private final SessionCounters counters;
    private final long requestTimeoutNanos;
    /** Until then a sender waits for that: counted from the first failure on, since no thread may be left that reads. */
    private final Deadline reason = new Deadline(REASON_NANOS);

    /** @param requestTimeoutNanos how long a call or event may take for which no timeout is given */
    Requester(
            OutgoingCalls calls,
            FrameSender sender,
            Reader reader,
            Lifecycle lifecycle,
            SessionCounters counters,
            long requestTimeoutNanos) {
        this.calls = calls;
        this.sender = sender;
        this.reader = reader;
        this.lifecycle = lifecycle;
        this.counters = counters;
        this.requestTimeoutNanos = requestTimeoutNanos;
    }

    // ---- requests

    @Override
    public ValueSet call(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            @Nullable Duration timeout,
            @Nullable ReplyMetadata replied) {
        long timeoutNanos = nanos(timeout);
        if (Thread.currentThread().isInterrupted()) {
            throw new IpcException(
                    IpcStatus.CANCELLED, "request " + service + ": the thread is interrupted", Delivery.NOT_SENT);
        }
        checkUsable(service);
        SyncCall call = new SyncCall(calls.nextId(), service, timeoutNanos);
        if (replied != null) {
            calls.expectMetadata(call.id(), replied);
        }
        try {
            send(call, OutFrame.request(call.id(), timeoutNanos, service, metadata, message));
            return reader.callers.await(call);
        } catch (InternalError e) {
            throw sender.cutShort(e);
        } finally {
            if (replied != null) {
                calls.forgetMetadata(call.id());
            }
        }
    }

    private long nanos(@Nullable Duration timeout) {
        return timeout == null ? requestTimeoutNanos : Deadline.nanos("timeout", timeout);
    }

    @Override
    public CompletableFuture<ValueSet> callAsync(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            @Nullable Duration timeout,
            @Nullable ReplyMetadata replied) {
        long timeoutNanos = nanos(timeout);
        AsyncCall call = new AsyncCall(calls, reader.futures, service, timeoutNanos);
        if (replied != null) {
            expectMetadata(call, replied);
        }
        try {
            checkUsable(service);
            send(call, OutFrame.request(call.id(), timeoutNanos, service, metadata, message));
            calls.watchDeadline(call.deadline());
            reader.futures.expectReply();
        } catch (IpcException e) {
            call.failed(e);
        } catch (InternalError e) {
            call.failed(sender.cutShort(e));
        }
        return call.future();
    }

    private void expectMetadata(AsyncCall call, ReplyMetadata replied) {
        calls.expectMetadata(call.id(), replied);
        call.future()
                .whenComplete((reply, failure) -> calls.forgetMetadata(call.id()))
                .exceptionally(handedOn -> null);
    }

    private void send(PendingCall call, OutFrame frame) {
        counters.requestSent();
        try {
            calls.send(call, frame);
        } catch (IpcException e) {
            throw explained(e, call);
        }
    }

    /** Sends a frame of the greeting, and waits for the answer to it. */
    ValueSet greet(SyncCall answer, OutFrame frame) {
        try {
            sendGreeting(answer, frame);
            return reader.callers.await(answer);
        } catch (InternalError e) {
            throw sender.cutShort(e);
        }
    }

    private void sendGreeting(SyncCall answer, OutFrame frame) {
        try {
            calls.sendGreeting(answer, frame);
        } catch (IpcException e) { // a server that has no room for the connection says so and closes it at once
            throw explained(e, answer);
        }
    }

    // ---- streams

    @Override
    public Flow.Publisher<ValueSet> stream(String service, @Nullable ValueSet metadata, ValueSet message) {
        Names.check(service);
        requireNonNull(message, "message");
        return subscriber -> subscribe(service, metadata, message, requireNonNull(subscriber, "subscriber"));
    }

    private void subscribe(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            Flow.Subscriber<? super ValueSet> subscriber) {
        IncomingStream stream = new IncomingStream(calls, service, subscriber, (opening, credit) -> {
            checkUsable(service);
            open(opening, OutFrame.streamOpen(opening.id(), credit, service, metadata, message));
        });
        calls.put(stream);
        counters.requestSent();
        stream.begin();
        calls.failIfEnded(stream);
    }

    private void open(IncomingStream stream, OutFrame frame) {
        try {
            sendOpening(stream, frame);
        } catch (InternalError e) {
            throw sender.cutShort(e);
        }
        reader.background.start();
    }

    private void sendOpening(IncomingStream stream, OutFrame frame) {
        try {
            sender.sendCall(frame, stream);
        } catch (IpcException e) {
            throw explained(e, stream);
        }
    }

    // ---- events

    @Override
    public void send(String event, ValueSet message) {
        checkUsable(event);
        counters.eventSent();
        try {
            sendEvent(event, message);
        } catch (InternalError e) {
            throw sender.cutShort(e);
        }
    }

    private void sendEvent(String event, ValueSet message) {
        try {
            sender.send(OutFrame.event(event, message), new Deadline(requestTimeoutNanos));
        } catch (IpcException e) {
            throw explained(e, null);
        }
    }

    // ---- what does not succeed

    private void checkUsable(String name) {
        Names.check(name);
        CloseReason ended = lifecycle.endReason();
        if (ended != null) {
            throw new IpcException(ended.status(), "the connection has ended: " + ended.detail(), Delivery.NOT_SENT);
        }
        if (lifecycle.isPeerDraining()) {
            CloseReason said = lifecycle.outboundRefusal();
            throw new IpcException(said.status(), said.detail(), Delivery.NOT_SENT);
        }
    }

    /**
     * Says why a frame could not be sent: the peer may have told it by a GOAWAY that was not read yet. No call waits for that
     * beyond its own time.
     */
    private IpcException explained(IpcException failure, @Nullable PendingCall call) {
        LateFaults.settle();
        if (failure.status() != IpcStatus.PEER_DIED && failure.status() != IpcStatus.CONNECTION_CLOSED) {
            return failure;
        }
        reader.background.start();
        try {
            CloseReason end = lifecycle.awaitEnd(Math.min(reason.left(), call == null ? Deadline.NEVER : call.left()));
            Delivery delivery = call == null || failure.delivery() == Delivery.NOT_SENT
                    ? failure.delivery()
                    : calls.deliveryOf(call);
            return new IpcException(end.status(), end.detail(), delivery, failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failure;
        } catch (ExecutionException | TimeoutException e) {
            failure.addSuppressed(e);
            return failure;
        }
    }
}
