package io.valise.ipc.internal.endpoint;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.Stats;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.session.Session;
import io.valise.ipc.internal.session.SessionCall;
import io.valise.ipc.internal.work.Deadlines;
import io.valise.ipc.internal.work.Workers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A connection that dials again when it is used after it ended. Only the user's {@link #close} ends it. Thread-safe:
 * one thread dials, others wait for it within their own deadlines.
 */
final class ReconnectingConnection implements SessionCall.Calls {
    private static final Flow.Subscription NO_SUBSCRIPTION = new Flow.Subscription() {
        @Override
        public void request(long more) {
            // an error follows at once
        }

        @Override
        public void cancel() {
            // an error follows at once
        }
    };

    private final Dialer dialer;
    private final ReconnectPolicy policy;
    private final ReentrantLock dialing = new ReentrantLock();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private volatile Session session;
    private volatile boolean closing;
    private Stats past = Stats.ZERO;

    /** Begins with a session that the dialer has connected. */
    public ReconnectingConnection(Dialer dialer, ReconnectPolicy policy, Session first) {
        this.dialer = dialer;
        this.policy = policy;
        this.session = first;
    }

    // ---- calls

    @Override
    public ValueSet call(String service, @Nullable ValueSet metadata, ValueSet message, @Nullable Duration timeout) {
        long deadline = Deadlines.in(nanos(timeout));
        for (Backoff backoff = new Backoff(policy, deadline); ; backoff.pause()) {
            try {
                return usable(deadline).call(service, metadata, message, left(deadline));
            } catch (IpcException e) {
                backoff.mayHaveRun |= e.delivery() == Delivery.UNKNOWN;
                if (!mayRepeat(service, e) || !backoff.hasTime()) {
                    throw honest(e, backoff.mayHaveRun);
                }
            }
        }
    }

    /** The last attempt may not have been sent, and yet an earlier one have run. */
    private static IpcException honest(IpcException last, boolean mayHaveRun) {
        return mayHaveRun && last.delivery() != Delivery.UNKNOWN
                ? new IpcException(last.status(), String.valueOf(last.getMessage()), Delivery.UNKNOWN, last)
                : last;
    }

    @Override
    public CompletableFuture<ValueSet> callAsync(
            String service, @Nullable ValueSet metadata, ValueSet message, @Nullable Duration timeout) {
        Names.check(service);
        requireNonNull(message, "message");
        long deadline = Deadlines.in(nanos(timeout));
        CompletableFuture<ValueSet> result = new CompletableFuture<>();
        attempt(service, metadata, message, deadline, new Backoff(policy, deadline), result);
        return result;
    }

    private void attempt(
            String service,
            @Nullable ValueSet metadata,
            ValueSet message,
            long deadline,
            Backoff backoff,
            CompletableFuture<ValueSet> result) {
        Session now = session;
        CompletableFuture<ValueSet> attempt = now.isOpen()
                ? now.callAsync(service, metadata, message, left(deadline))
                : CompletableFuture.supplyAsync(() -> usable(deadline), Workers.followers())
                        .thenCompose(dialled -> dialled.callAsync(service, metadata, message, left(deadline)));
        result.whenComplete((reply, failure) -> {
                    if (result.isCancelled()) {
                        attempt.cancel(false);
                    }
                })
                .exceptionally(handedOn -> null);
        attempt.whenComplete((@Nullable ValueSet reply, @Nullable Throwable failure) -> {
                    Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
                    backoff.mayHaveRun |= cause instanceof IpcException e && e.delivery() == Delivery.UNKNOWN;
                    if (cause instanceof IpcException e
                            && mayRepeat(service, e)
                            && backoff.hasTime()
                            && !result.isDone()) {
                        CompletableFuture.delayedExecutor(
                                        backoff.nextNanos(), TimeUnit.NANOSECONDS, Workers.followers())
                                .execute(() -> attempt(service, metadata, message, deadline, backoff, result));
                    } else if (cause != null) {
                        result.completeExceptionally(
                                cause instanceof IpcException e ? honest(e, backoff.mayHaveRun) : cause);
                    } else {
                        result.complete(reply);
                    }
                })
                .exceptionally(handedOn -> null);
    }

    private boolean mayRepeat(String service, IpcException e) {
        boolean connectionLost = e.status() == IpcStatus.CONNECTION_CLOSED
                || e.status() == IpcStatus.PEER_DIED
                || e.status() == IpcStatus.ENDPOINT_NOT_FOUND;
        boolean safe =
                e.delivery() != Delivery.UNKNOWN || policy.idempotentServices().contains(service);
        return !closing && connectionLost && safe;
    }

    /** The session, dialled again if it has ended. */
    private Session usable(long deadline) {
        Session now = session;
        if (now.isOpen()) {
            return now;
        }
        lock(deadline);
        try {
            if (!session.isOpen()) {
                checkNotClosed();
                replaceSession(deadline);
            }
            return session;
        } finally {
            dialing.unlock();
        }
    }

    private void replaceSession(long deadline) {
        Session fresh = dialer.dial(Math.max(1, deadline - System.nanoTime()));
        replace(fresh);
        if (closing) {
            fresh.close();
        }
    }

    /** Its own lock, not the one held while dialling, for which nobody who asks for counters should wait. */
    private synchronized void replace(Session fresh) {
        past = past.plus(session.counters().snapshot(0, 0));
        session = fresh;
    }

    private void lock(long deadline) {
        try {
            if (dialing.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return;
            }
            throw new IpcException(
                    IpcStatus.TIMEOUT, dialer.endpoint() + ": reconnecting took the whole timeout", Delivery.NOT_SENT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IpcException(
                    IpcStatus.CANCELLED, dialer.endpoint() + ": interrupted while reconnecting", Delivery.NOT_SENT, e);
        }
    }

    private void checkNotClosed() {
        if (closing) {
            throw new IpcException(IpcStatus.CONNECTION_CLOSED, "this end closed the connection", Delivery.NOT_SENT);
        }
    }

    private long nanos(@Nullable Duration timeout) {
        return timeout == null ? dialer.config().requestTimeoutNanos() : Deadlines.nanos("timeout", timeout);
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    }

    private Session usable() {
        return usable(Deadlines.in(dialer.config().requestTimeoutNanos()));
    }

    // ---- IpcConnection

    @Override
    public void send(String event, ValueSet message) {
        long deadline = Deadlines.in(dialer.config().requestTimeoutNanos());
        for (Backoff backoff = new Backoff(policy, deadline); ; backoff.pause()) {
            try {
                usable(deadline).send(event, message);
                return;
            } catch (IpcException e) {
                backoff.mayHaveRun |= e.delivery() == Delivery.UNKNOWN;
                if (!mayRepeat(event, e) || !backoff.hasTime()) {
                    throw honest(e, backoff.mayHaveRun);
                }
            }
        }
    }

    @Override
    public Flow.Publisher<ValueSet> stream(String service, @Nullable ValueSet metadata, ValueSet message) {
        Names.check(service);
        requireNonNull(message, "message");
        return subscriber -> {
            requireNonNull(subscriber, "subscriber");
            Flow.Publisher<ValueSet> publisher;
            try {
                publisher = usable().stream(service, metadata, message);
            } catch (IpcException e) {
                subscriber.onSubscribe(NO_SUBSCRIPTION);
                subscriber.onError(e);
                return;
            }
            publisher.subscribe(subscriber);
        };
    }

    /** The services of all sessions, those to come too. */
    @Override
    public Services services() {
        return dialer.config().services();
    }

    @Override
    public void ensureRead() {
        session.ensureRead();
    }

    @Override
    public PeerIdentity peer() {
        return session.peer();
    }

    @Override
    public Endpoint endpoint() {
        return session.endpoint();
    }

    @Override
    public synchronized Stats stats() {
        return past.plus(session.stats());
    }

    @Override
    public boolean isOpen() {
        return !closing;
    }

    @Override
    public CompletionStage<CloseReason> closed() {
        return closed.minimalCompletionStage();
    }

    @Override
    public void close() {
        closing = true;
        session.close();
        closed.complete(new CloseReason(IpcStatus.CONNECTION_CLOSED, false, "this end closed the connection"));
    }

    /** The pauses between attempts. Used by one attempt at a time. */
    private static final class Backoff {
        private static final double JITTER = 0.2;

        private final ReconnectPolicy policy;
        private final long deadline;
        private long delay;
        private boolean mayHaveRun;

        Backoff(ReconnectPolicy policy, long deadline) {
            this.policy = policy;
            this.deadline = deadline;
            this.delay = policy.firstDelay().toNanos();
        }

        boolean hasTime() {
            return deadline - System.nanoTime() > delay;
        }

        long nextNanos() {
            long now = (long) (delay * (1 - JITTER * ThreadLocalRandom.current().nextDouble()));
            delay = Math.min(delay * 2, policy.maxDelay().toNanos());
            return now;
        }

        void pause() {
            try {
                TimeUnit.NANOSECONDS.sleep(nextNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IpcException(
                        IpcStatus.CANCELLED, "interrupted between two attempts to reconnect", Delivery.NOT_SENT, e);
            }
        }
    }
}
