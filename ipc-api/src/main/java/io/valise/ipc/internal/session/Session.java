package io.valise.ipc.internal.session;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.CloseReason;
import io.valise.ipc.ConnectionState;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.Stats;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.AsyncCall;
import io.valise.ipc.internal.call.IncomingStream;
import io.valise.ipc.internal.call.Line;
import io.valise.ipc.internal.call.OutgoingCalls;
import io.valise.ipc.internal.call.PendingCall;
import io.valise.ipc.internal.call.SyncCall;
import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.frame.Sendable;
import io.valise.ipc.internal.greeting.Greeting;
import io.valise.ipc.internal.greeting.Proven;
import io.valise.ipc.internal.serve.Admission;
import io.valise.ipc.internal.serve.Asker;
import io.valise.ipc.internal.serve.Dispatcher;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.work.Aside;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.ConnectionStates;
import io.valise.ipc.internal.work.Deadlines;
import io.valise.ipc.internal.work.Handed;
import io.valise.ipc.internal.work.Patience;
import io.valise.ipc.internal.work.SessionCounters;
import io.valise.ipc.internal.work.Sparingly;
import io.valise.ipc.internal.work.Work;
import io.valise.ipc.internal.work.Workers;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection: a link and all that is under way on it. The sending half is {@link Outbound}, the receiving
 * half {@link Inbound}, read by a {@link Reader}; the two tables of calls tie them together. Thread-safe.
 */
public final class Session implements SessionCall.Calls, Line, Asker {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final Sparingly NO_THREAD = new Sparingly(LOG);

    private final Link link;
    private final Endpoint endpoint;
    private final SessionConfig config;
    private final Services services;
    private final Greeter greeter;
    private final Outbound outbound;
    private final Reader reader;
    private final SessionCounters counters = new SessionCounters();
    private final LongSupplier sendDeadline;
    private final OutgoingCalls calls = new OutgoingCalls(this);
    private final Dispatcher dispatcher;
    private final Broadcasts broadcasts;
    private final Greetings greetings;
    private final Drainer drainer;
    private final Answers answers = new Answers(this);
    private final Farewells farewells = new Farewells(this);
    private final Sender sender = new Sender(this);
    private final AtomicReference<@Nullable CloseReason> end = new AtomicReference<>();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private final ConnectionStates states = new ConnectionStates();
    private final long begunAt = System.nanoTime();
    private volatile PeerIdentity peer;

    /** What a server's session and a client's do differently. */
    public interface Greeter {
        /** Whether this is the end that accepted the link. */
        boolean isServer();

        /** The peer said HELLO. */
        Work greeted(Session session, long id, int lowest, int highest, ValueSet about);

        /** The peer answered the challenge. */
        Work proved(Session session, long id, ValueSet proof);

        /** The session has ended; called once. */
        void ended(Session session, CloseReason reason);
    }

    /** Over a link that nobody has read from yet. */
    public Session(Link link, Endpoint endpoint, SessionConfig config, Greeter greeter) {
        this.link = link;
        this.endpoint = endpoint;
        this.config = config;
        this.services = new Services(config.services());
        this.greeter = greeter;
        this.sendDeadline = () -> Deadlines.in(config.requestTimeoutNanos());
        this.peer = link.peer();
        this.outbound = new Outbound(link, counters, config.waitStrategy(), this::drainSoon, this::receiveFailed);
        Inbound inbound = new Inbound(this, config.maxMessageBytes());
        this.reader = new Reader(this, link, inbound, outbound, config.waitStrategy(), config.backlogBytes());
        this.dispatcher = new Dispatcher(
                this,
                services,
                new Admission(this, config.access(), config.credentials()),
                counters,
                reader.backlog(),
                config.executor() != null,
                config.events());
        this.drainer = new Drainer(this, reader::flushFully, this::isEnded);
        this.broadcasts = new Broadcasts(this);
        this.greetings = new Greetings(this, greeter);
    }

    /** Over a link that was not read from yet; the link is closed when that fails, with an Error too. */
    public static Session over(Link link, Endpoint endpoint, SessionConfig config, Greeter greeter) {
        return Handed.orFreed(link, fresh -> new Session(fresh, endpoint, config, greeter), Link::close);
    }

    // ---- what the parts of a session ask each other

    SessionConfig config() {
        return config;
    }

    /** What it has sent and received. */
    public SessionCounters counters() {
        return counters;
    }

    OutgoingCalls calls() {
        return calls;
    }

    @Override
    public Backlog backlog() {
        return reader.backlog();
    }

    @Override
    public Services services() {
        return services;
    }

    /** Checks that the frame that is being read was whole. */
    void checkWhole() {
        link.checkWhole();
    }

    Outbound outbound() {
        return outbound;
    }

    Reader reader() {
        return reader;
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    Sender sender() {
        return sender;
    }

    @Override
    public boolean isEnded() {
        return end.get() != null;
    }

    /** Why it has ended; null before that. */
    @Nullable CloseReason endReason() {
        return end.get();
    }

    /** Whether somebody has to read even when no thread waits for a reply. */
    boolean needsReader() {
        return greeter.isServer() || !calls.isEmpty();
    }

    /** Until when, from now on, a reply or another frame nobody waits for may wait for room at the peer. */
    LongSupplier sendDeadline() {
        return sendDeadline;
    }

    /** Has another thread hand on what the link has not taken of the committed frames, which it does when there is room. */
    void drainSoon() {
        drainer.soon();
    }

    /** Gives the user's code to the executor meant for it; false when that was refused and it must be run here. */
    boolean handOff(Work work) {
        work.queuedIn(reader.backlog());
        try {
            Executor users = work.endsCall() ? null : config.executor();
            (users == null ? own(work) : users).execute(() -> services.context().run(work, false));
            return true;
        } catch (RuntimeException | Error e) { // the user's executor may throw anything
            NO_THREAD.warn("no thread for work of " + this, e);
            work.rejected();
            return false;
        }
    }

    private static Executor own(Work work) {
        return work.endsCall() ? Workers.finishers() : Workers.followers();
    }

    @Override
    public void handOver(Work work) {
        if (!handOff(work)) {
            services.context().run(work, false);
        }
    }

    @Override
    public void follow(Work work) {
        if (work == PendingCall.NOTHING) {
            return;
        }
        try {
            own(work).execute(() -> services.context().run(work, false));
        } catch (RuntimeException | Error e) { // the executor is ours: it lacks a thread
            NO_THREAD.warn("no thread for work of " + this + "; doing it on this one", e);
            services.context().run(work, false);
        }
    }

    // ---- calls of this end

    @Override
    public ValueSet call(String service, @Nullable ValueSet metadata, ValueSet message, @Nullable Duration timeout) {
        long timeoutNanos = nanos(timeout);
        if (Thread.currentThread().isInterrupted()) {
            throw new IpcException(
                    IpcStatus.CANCELLED, "request " + service + ": the thread is interrupted", Delivery.NOT_SENT);
        }
        checkUsable(service);
        SyncCall call = new SyncCall(calls.nextId(), service, timeoutNanos);
        OutFrame frame = OutFrame.request(call.id(), timeoutNanos, service, metadata, message);
        counters.requestSent();
        try {
            sender.send(call, frame);
            return reader.await(call);
        } catch (InternalError e) { // it may come as late as in the handling of what it brought about
            throw outbound.cutShort(e);
        }
    }

    private long nanos(@Nullable Duration timeout) {
        return timeout == null ? config.requestTimeoutNanos() : Deadlines.nanos("timeout", timeout);
    }

    @Override
    public CompletableFuture<ValueSet> callAsync(
            String service, @Nullable ValueSet metadata, ValueSet message, @Nullable Duration timeout) {
        long timeoutNanos = nanos(timeout);
        AsyncCall call = new AsyncCall(calls, reader, calls.nextId(), service, timeoutNanos);
        try {
            checkUsable(service);
            OutFrame frame = OutFrame.request(call.id(), timeoutNanos, service, metadata, message);
            counters.requestSent();
            sender.send(call, frame);
            calls.watchDeadline(call.deadline());
            reader.expectAnswer();
        } catch (IpcException e) {
            call.failed(e);
        } catch (InternalError e) {
            call.failed(outbound.cutShort(e));
        }
        return call.future();
    }

    private void checkUsable(String name) {
        Names.check(name);
        CloseReason ended = end.get();
        if (ended != null) {
            throw new IpcException(ended.status(), "the connection has ended: " + ended.detail(), Delivery.NOT_SENT);
        }
        if (farewells.isPeerDraining()) {
            CloseReason said = farewells.tooLateThere();
            throw new IpcException(said.status(), said.detail(), Delivery.NOT_SENT);
        }
    }

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
        IncomingStream stream = new IncomingStream(this, calls, service, subscriber, (id, credit) -> {
            checkUsable(service);
            return OutFrame.streamOpen(id, credit, service, metadata, message);
        });
        calls.put(stream);
        counters.requestSent();
        stream.begin();
        sender.failIfEnded(stream);
    }

    @Override
    public void sendItem(OutFrame frame) {
        outbound.send(frame, sendDeadline);
    }

    @Override
    public void sendOpening(PendingCall stream, OutFrame frame) {
        try {
            outbound.sendCall(frame, stream, sendDeadline);
        } catch (IpcException e) {
            throw sender.explained(e, stream);
        } catch (InternalError e) {
            throw outbound.cutShort(e);
        }
    }

    @Override
    public void sendAside(OutFrame frame) {
        try {
            if (!outbound.trySend(frame)) {
                follow(new Aside(() -> sendQuietly(frame, sendDeadline, true)));
            }
        } catch (IpcException e) {
            sendFailed(e);
        }
    }

    @Override
    public void send(String event, ValueSet message) {
        checkUsable(event);
        counters.eventSent();
        try {
            sendEvent(event, message);
        } catch (InternalError e) {
            throw outbound.cutShort(e);
        }
    }

    private void sendEvent(String event, ValueSet message) {
        try {
            outbound.send(OutFrame.event(event, message), new Patience(config.requestTimeoutNanos()));
        } catch (IpcException e) {
            throw sender.explained(e, null);
        }
    }

    /** Sends an event without blocking; what does not fit now follows in order. */
    public void broadcast(String event, ValueSet message) {
        counters.eventSent();
        broadcasts.send(event, message);
    }

    @Override
    public void ensureRead() {
        reader.startBackground();
    }

    /** Leaves a link that nobody has read yet to the transport until something comes. */
    public void startArmed() {
        reader.startArmed();
    }

    // ---- answers to the peer

    @Override
    public void answer(Sendable frame, boolean onReader) {
        answers.send(frame, onReader);
    }

    // ---- greeting and farewell

    @Override
    public boolean isServer() {
        return greeter.isServer();
    }

    /** How it begins. */
    public Greetings greetings() {
        return greetings;
    }

    /** What the peer says of itself, and what it has proved. */
    public void introduced(Greeting about, Proven proven) {
        peer = proven.of(link.peer().declaring(about.pid(), about.application()));
        outbound.peerMaxMessage(about.maxMessageBytes());
    }

    Farewells farewells() {
        return farewells;
    }

    /** A peer that drains may still call: for the answers it owes. */
    private boolean takesNoCalls() {
        return dispatcher.isDraining() || farewells.isClosing() || isEnded();
    }

    @Override
    public boolean isPeerClosing() {
        return farewells.heard() != null;
    }

    @Override
    public CloseReason tooLateHere() {
        return farewells.tooLateHere();
    }

    /** Takes no new calls, and tells the peer so. */
    public void drain() {
        farewells.drain();
    }

    /** Waits, after {@link #drain}, until what the peer had sent before is done; false when the deadline came first. */
    public boolean awaitIdle(long deadline) throws InterruptedException {
        return dispatcher.awaitIdle(deadline);
    }

    @Override
    public void close() {
        close(0);
    }

    /**
     * Closes it.
     *
     * @param nanos how long at most to wait for a peer that does not read what it was sent, beyond a moment
     * @return false when the peer did not take all of it
     */
    public boolean close(long nanos) {
        return farewells.close(
                new CloseReason(IpcStatus.CONNECTION_CLOSED, false, "this end closed the connection"), nanos);
    }

    /** Closes it, and tells the peer why. */
    public void closeBecause(CloseReason reason) {
        farewells.close(reason, 0);
    }

    /** Sends a frame that is not missed if the peer is gone; false if it was not sent. */
    boolean sendQuietly(OutFrame frame, LongSupplier deadline, boolean flush) {
        try {
            outbound.send(frame, deadline, flush);
            return true;
        } catch (IpcException e) {
            LOG.log(Level.DEBUG, "not sent to " + peer, e);
            return false;
        }
    }

    // ---- the end

    void peerEnded() {
        CloseReason said = farewells.heard();
        end(
                said != null
                        ? said
                        : new CloseReason(
                                IpcStatus.PEER_DIED,
                                true,
                                "the connection ended without a farewell: the peer process died or was cut off"));
    }

    /** Reading failed: what was read cannot be, or the link broke. */
    public void receiveFailed(Throwable failure) {
        if (failure instanceof IpcException known && known.status() == IpcStatus.PEER_DIED) {
            peerEnded();
            return;
        }
        IpcStatus status = failure instanceof IpcException known ? known.status() : statusOf(failure);
        if (!isEnded() && !(failure instanceof IpcException)) {
            LOG.log(Level.WARNING, "reading " + this + " failed", failure);
        }
        String detail = failure instanceof IpcException known ? known.reason() : failure.toString();
        CloseReason reason = new CloseReason(status, false, detail);
        farewells.close(reason, 0);
        end(reason);
    }

    private static IpcStatus statusOf(Throwable failure) {
        return failure instanceof OutOfMemoryError ? IpcStatus.RESOURCE_EXHAUSTED : IpcStatus.PROTOCOL_ERROR;
    }

    /** Sending failed for good: the peer is gone, or takes nothing any more. */
    void sendFailed(IpcException failure) {
        if (failure.status() == IpcStatus.TIMEOUT) {
            end(new CloseReason(
                    IpcStatus.RESOURCE_EXHAUSTED, false, "the peer did not read for the whole request timeout"));
        } else if (failure.status() == IpcStatus.PEER_DIED || failure.status() == IpcStatus.CONNECTION_CLOSED) {
            LOG.log(Level.DEBUG, "sending to " + peer + " failed", failure);
            ensureRead(); // the reader finds out why
        } else { // the peer would wait for what was not sent
            end(new CloseReason(failure.status(), false, failure.reason()));
        }
    }

    void end(CloseReason reason) {
        if (!end.compareAndSet(null, reason)) {
            return;
        }
        closeLink();
        outbound.close();
        List<Work> rest = new ArrayList<>();
        calls.failAll(reason, farewells.takenByPeer(), rest);
        rest.addAll(dispatcher.ended(reason.byPeer()));
        rest.forEach(this::follow); // each on its own: what depends on one may wait for another
        greeter.ended(this, reason);
        states.set(ConnectionState.CLOSED).run();
        follow(new Aside(() -> closed.complete(reason)));
    }

    private void closeLink() {
        try {
            link.close();
        } catch (RuntimeException | Error e) { // whoever waits must be told all the same
            LOG.log(Level.WARNING, "closing the link of " + this + " failed", e);
        }
    }

    // ---- facts

    @Override
    public PeerIdentity peer() {
        return peer;
    }

    /** How long ago it was made, in nanoseconds. */
    public long ageNanos() {
        return System.nanoTime() - begunAt;
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public Stats stats() {
        return counters.snapshot(calls.size(), isEnded() ? 0 : 1);
    }

    @Override
    public boolean isOpen() {
        return !takesNoCalls() && !farewells.isPeerDraining();
    }

    @Override
    public ConnectionStates states() {
        return states;
    }

    @Override
    public CompletionStage<CloseReason> closed() {
        return closed.minimalCompletionStage();
    }

    /** Waits for the end, which is near. */
    CloseReason awaitEnd(long nanos) throws InterruptedException, ExecutionException, TimeoutException {
        return closed.get(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public String toString() {
        return endpoint + " with " + peer;
    }
}
