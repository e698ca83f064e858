package io.valise.ipc.internal.serve;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Reply;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.Demand;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Carries what a handler publishes to the subscriber at the other end, and that one's demand to the publisher. A publisher
 * that breaks the rules of {@link Flow} is cancelled, and the other end is told of what it did. Thread-safe, as far as the
 * publisher signals serially.
 */
final class OutgoingStream implements Flow.Subscriber<ValueSet> {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final FrameSender sender;
    private final InboundRequest request;
    private final Demand demand = new Demand();
    private Flow.@Nullable Subscription subscription;
    private long early;
    private boolean cancelled;
    /** Completes when it has ended, for the interceptors that wait for it; null when there are none. */
    private volatile @Nullable CompletableFuture<Reply> watched;

    OutgoingStream(FrameSender sender, InboundRequest request, long firstCredit) {
        this.sender = sender;
        this.request = request;
        this.early = Math.max(0, firstCredit);
    }

    /** Begins to be watched: returns what completes when it has ended. */
    CompletionStage<Reply> watched() {
        CompletableFuture<Reply> end = new CompletableFuture<>();
        watched = end;
        return end;
    }

    private void ended(@Nullable Throwable failure) {
        CompletableFuture<Reply> end = watched;
        if (end == null) {
            return;
        }
        if (failure == null) {
            end.complete(Reply.empty());
        } else {
            end.completeExceptionally(failure);
        }
    }

    /** Subscribes; what the publisher throws is the caller's, and nothing is taken from it any more. */
    void subscribeTo(Flow.Publisher<ValueSet> publisher) {
        try {
            publisher.subscribe(this);
        } catch (RuntimeException | Error e) {
            stop();
            throw e;
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        notNull(given, "subscription");
        long ask;
        synchronized (this) {
            if (subscription == null && !cancelled) {
                subscription = given;
                ask = early;
                early = 0;
            } else {
                ask = -1;
            }
        }
        if (ask < 0) {
            cancel(given);
        } else if (ask > 0) {
            ask(given, ask);
        }
    }

    /** The subscriber at the other end asks for more. */
    void request(long more) {
        Flow.Subscription given;
        synchronized (this) {
            given = subscription;
            if (given == null) {
                early = Demand.sum(early, more);
                return;
            }
        }
        ask(given, more);
    }

    private void ask(Flow.Subscription given, long more) {
        if (!request.isOpen()) {
            return;
        }
        demand.add(more);
        try {
            given.request(more);
        } catch (RuntimeException | Error e) { // the caller is told, not the reader that passed it on
            end(e);
        }
    }

    /** The subscriber at the other end, or the connection, is gone. */
    void cancel() {
        stop();
        if (watched != null) {
            ended(new IpcException(
                    IpcStatus.CANCELLED, "stream " + request.service() + ": its subscriber has cancelled it"));
        }
    }

    /** Takes nothing more from the publisher. */
    private void stop() {
        Flow.Subscription given;
        synchronized (this) {
            cancelled = true;
            given = subscription;
        }
        if (given != null) {
            cancel(given);
        }
    }

    private void cancel(Flow.Subscription given) {
        try {
            given.cancel();
        } catch (RuntimeException | Error e) { // no one is left to be told
            LOG.log(Level.WARNING, "service " + request.service() + ": its stream failed to be cancelled", e);
        }
    }

    private void end(Throwable failure) {
        stop();
        request.fail(failure);
        ended(failure);
    }

    @Override
    public void onNext(ValueSet item) {
        notNull(item, "item");
        if (!demand.take()) {
            end(new IllegalStateException("the publisher sent more than was asked for"));
        } else if (request.isOpen()) {
            send(item);
        }
    }

    private void send(ValueSet item) {
        try {
            sender.send(OutFrame.message(Frames.STREAM_ITEM, request.id(), item));
        } catch (RuntimeException | Error e) { // an item too large, a peer that is gone, no memory to encode
            end(e);
        }
    }

    @Override
    public void onError(Throwable failure) {
        notNull(failure, "failure");
        request.fail(failure);
        ended(failure);
    }

    @Override
    public void onComplete() {
        request.endStream();
        ended(null);
    }

    /** Publishers are the user's, and may be written without null checks; by rule 2.13 it is they who get the exception. */
    private void notNull(@Nullable Object signalled, String what) {
        if (signalled == null) {
            NullPointerException failure = new NullPointerException("the publisher sent a null " + what);
            end(failure);
            throw failure;
        }
    }
}
