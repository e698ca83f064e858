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
import io.valise.ipc.internal.call.OutgoingCalls;
import io.valise.ipc.internal.call.PendingCall;
import io.valise.ipc.internal.call.SyncCall;
import io.valise.ipc.internal.channel.Drainer;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.greeting.Greeting;
import io.valise.ipc.internal.greeting.Proven;
import io.valise.ipc.internal.serve.Admission;
import io.valise.ipc.internal.serve.Dispatcher;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.CallbackTask;
import io.valise.ipc.internal.work.ConnectionStates;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.Handed;
import io.valise.ipc.internal.work.SerialLane;
import io.valise.ipc.internal.work.SessionCounters;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.internal.work.TaskRunner;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.LateFaults;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection: a link, and the calls, handlers, reader and sender that work on it. Thread-safe.
 */
public final class Session implements SessionCall.Calls {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    /** A link that broke under a sender says less than the GOAWAY that may lie in it unread: so long that is waited for. */
    private static final long REASON_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Link link;
    private final Endpoint endpoint;
    private final SessionConfig config;
    private final long requestTimeoutNanos;
    private final Greeter greeter;
    private final boolean server;
    private final Services services;
    private final SessionCounters counters = new SessionCounters();
    private final Lifecycle lifecycle = new Lifecycle();
    private final ConnectionStates states = new ConnectionStates();
    private final TaskRunner tasks;
    private final FrameSender sender;
    private final Drainer drainer;
    private final OutgoingCalls calls;
    private final Dispatcher dispatcher;
    private final Handshake handshake;
    private final FrameReceiver receiver;
    private final Reader reader;
    private final Broadcasts broadcasts;
    private final GracefulClose farewell;
    private final SerialLane listeners;
    private final long begunAt = System.nanoTime();
    private volatile PeerIdentity peer;

    /** What a server's session and a client's do differently. */
    public interface Greeter {
        /** Whether this is the end that accepted the link. */
        boolean isServer();

        /** The peer said HELLO. */
        Task greeted(Session session, long id, int lowest, int highest, ValueSet about);

        /** The peer answered the challenge. */
        Task proved(Session session, long id, ValueSet proof);

        /** The session has ended; called once. */
        void ended(Session session, CloseReason reason);
    }

    /** Over a link that was not read from yet. */
    public Session(Link link, Endpoint endpoint, SessionConfig config, Greeter greeter) {
        this.link = link;
        this.endpoint = endpoint;
        this.config = config;
        this.requestTimeoutNanos = config.requestTimeoutNanos();
        this.greeter = greeter;
        this.server = greeter.isServer();
        this.services = new Services(config.services());
        this.peer = link.peer();
        Backlog backlog = new Backlog(config.backlogBytes(), this::backlogShrank);
        this.tasks = new TaskRunner(this, services.context(), config.executor(), backlog);
        this.sender = new FrameSender(
                link,
                counters,
                config.waitStrategy(),
                requestTimeoutNanos,
                this::flushSoon,
                this::receiveFailed,
                this::sendFailed);
        this.calls = new OutgoingCalls(this, sender, tasks, lifecycle);
        this.dispatcher = new Dispatcher(
                this,
                server,
                lifecycle,
                sender,
                services,
                new Admission(
                        this, config.access(), server ? config.credentials().withRules() : null),
                counters,
                backlog,
                new Backlog(config.backlogBytes(), () -> {}),
                config.executor() != null,
                config.events());
        this.handshake = new Handshake(endpoint, config, calls, sender, lifecycle);
        this.farewell = new GracefulClose(lifecycle, dispatcher, sender);
        this.receiver = newReceiver();
        this.reader = newReader();
        this.drainer = new Drainer(this, reader.poller::flushFully, lifecycle::isEnded);
        this.broadcasts = new Broadcasts(this);
        this.listeners = new SerialLane(backlog);
    }

    private FrameReceiver newReceiver() {
        return new FrameReceiver(
                server,
                link,
                counters,
                lifecycle,
                calls,
                dispatcher,
                handshake,
                this,
                greeter,
                tasks,
                config.maxMessageBytes());
    }

    private Reader newReader() {
        return new Reader(
                this,
                link,
                receiver,
                sender,
                tasks,
                lifecycle,
                config.waitStrategy(),
                server,
                this::needsReader,
                this::peerEnded,
                this::receiveFailed);
    }

    /** Over a link that was not read from yet; the link is closed when that fails, with an Error too. */
    public static Session over(Link link, Endpoint endpoint, SessionConfig config, Greeter greeter) {
        return Handed.orFreed(link, fresh -> new Session(fresh, endpoint, config, greeter), Link::close);
    }

    private void backlogShrank() {
        reader.background.resume();
    }

    private void flushSoon() {
        drainer.soon();
    }

    /** Whether a thread must read although no caller waits for a reply. */
    private boolean needsReader() {
        return server || !calls.isEmpty();
    }

    // ---- its parts

    SessionConfig config() {
        return config;
    }

    /** Counts what was sent and received. */
    public SessionCounters counters() {
        return counters;
    }

    /** Runs its work on other threads. */
    public TaskRunner tasks() {
        return tasks;
    }

    FrameSender sender() {
        return sender;
    }

    FrameReceiver frames() {
        return receiver;
    }

    OutgoingCalls calls() {
        return calls;
    }

    /** The frames with which it begins. */
    public Handshake handshake() {
        return handshake;
    }

    /** Where a server's listeners are told of this session, one thing at a time. */
    public SerialLane listeners() {
        return listeners;
    }

    @Override
    public Services services() {
        return services;
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
        SyncCall call = new SyncCall(calls, service, timeoutNanos);
        try {
            send(call, OutFrame.request(call.id(), timeoutNanos, service, metadata, message));
            return reader.callers.await(call);
        } catch (InternalError e) { // it may come as late as in the handling of what it brought about
            throw sender.cutShort(e);
        }
    }

    private long nanos(@Nullable Duration timeout) {
        return timeout == null ? requestTimeoutNanos : Deadline.nanos("timeout", timeout);
    }

    @Override
    public CompletableFuture<ValueSet> callAsync(
            String service, @Nullable ValueSet metadata, ValueSet message, @Nullable Duration timeout) {
        long timeoutNanos = nanos(timeout);
        AsyncCall call = new AsyncCall(calls, reader.futures, service, timeoutNanos);
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

    private void send(PendingCall call, OutFrame frame) {
        counters.requestSent();
        try {
            calls.send(call, frame);
        } catch (IpcException e) {
            throw explained(e, call);
        }
    }

    /** Says why a call could not be sent: the peer may have told it by a GOAWAY that was not read yet. */
    private IpcException explained(IpcException failure, @Nullable PendingCall call) {
        LateFaults.settle();
        if (failure.status() != IpcStatus.PEER_DIED && failure.status() != IpcStatus.CONNECTION_CLOSED) {
            return failure;
        }
        ensureRead();
        try {
            CloseReason reason = lifecycle.awaitEnd(REASON_NANOS);
            Delivery delivery = call == null || failure.delivery() == Delivery.NOT_SENT
                    ? failure.delivery()
                    : calls.deliveryOf(call);
            return new IpcException(reason.status(), reason.detail(), delivery, failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failure;
        } catch (ExecutionException | TimeoutException e) {
            failure.addSuppressed(e);
            return failure;
        }
    }

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
        IncomingStream stream = new IncomingStream(calls, service, subscriber, (opened, credit) -> {
            checkUsable(service);
            open(opened, OutFrame.streamOpen(opened.id(), credit, service, metadata, message));
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
        ensureRead();
    }

    private void sendOpening(IncomingStream stream, OutFrame frame) {
        try {
            sender.sendCall(frame, stream);
        } catch (IpcException e) {
            throw explained(e, stream);
        }
    }

    @Override
    public void send(String event, ValueSet message) {
        checkUsable(event);
        counters.eventSent();
        try {
            sendEvent(event, message);
        } catch (InternalError e) { // it may come as late as in the handling of an exception
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

    /** Sends an event without blocking; what does not fit now follows in order. */
    public void broadcast(String event, ValueSet message) {
        counters.eventSent();
        broadcasts.send(event, message);
    }

    @Override
    public void ensureRead() {
        reader.background.start();
    }

    // ---- the beginning

    /** Whether this is the end that accepted the connection. */
    public boolean isServer() {
        return server;
    }

    /** Says HELLO to a server, and waits for its WELCOME. */
    public void greet(long deadline) {
        Handshake.Introduction server = handshake.greet(reader.callers, deadline);
        introduced(server.greeting(), server.proven());
    }

    /** Ends the session unless the client says HELLO in time; until it does, the transport waits for it. */
    public void awaitHello(long nanos) {
        AwaitedHello hello = new AwaitedHello(this, nanos);
        calls.put(hello);
        calls.watchDeadline(hello.deadline());
        reader.background.startArmed();
    }

    /** The client has said HELLO, and it was good. */
    public void heardHello() {
        calls.remove(AwaitedHello.ID);
    }

    /** Tells the client why it is not let in, and ends the session. */
    public void refuse(long id, IpcStatus status, String text) {
        handshake.refuse(id, status, text);
        closeBecause(new CloseReason(status, false, text));
    }

    /** What the peer says of itself, and what it has proved. */
    public void introduced(Greeting about, Proven proven) {
        peer = proven.of(link.peer().declaring(about.pid(), about.application()));
        sender.peerMaxMessage(about.maxMessageBytes());
    }

    // ---- the end

    /** Takes no new calls, and tells the peer so. */
    public void drain() {
        farewell.drain();
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
        return close(new CloseReason(IpcStatus.CONNECTION_CLOSED, false, "this end closed the connection"), nanos);
    }

    /** Closes it, and tells the peer why. */
    public void closeBecause(CloseReason reason) {
        close(reason, 0);
    }

    private boolean close(CloseReason reason, long nanos) {
        if (!lifecycle.beginClose(reason)) {
            return true;
        }
        try {
            return farewell.close(reason, nanos);
        } finally {
            end(reason);
        }
    }

    private void peerEnded() {
        CloseReason said = lifecycle.peersReason();
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
        closeBecause(reason);
        end(reason);
    }

    private static IpcStatus statusOf(Throwable failure) {
        return failure instanceof OutOfMemoryError ? IpcStatus.RESOURCE_EXHAUSTED : IpcStatus.PROTOCOL_ERROR;
    }

    /** Sending failed for good: the peer is gone, or takes nothing any more. */
    private void sendFailed(IpcException failure) {
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
        if (!lifecycle.end(reason)) {
            return;
        }
        closeLink();
        sender.close();
        List<Task> rest = new ArrayList<>();
        calls.failAll(reason, lifecycle.takenByPeer(), rest);
        rest.addAll(dispatcher.ended(reason.byPeer()));
        rest.forEach(tasks::runOnWorker); // each on its own: what depends on one may wait for another
        greeter.ended(this, reason);
        states.set(ConnectionState.CLOSED).run();
        tasks.runOnWorker(new CallbackTask(() -> lifecycle.completeClosed(reason)));
    }

    private void closeLink() {
        try {
            link.close();
        } catch (RuntimeException | Error e) { // the calls must end all the same
            LOG.log(Level.WARNING, "closing the link of " + this + " failed", e);
        }
    }

    // ---- facts

    /** Whether it has ended. */
    public boolean isEnded() {
        return lifecycle.isEnded();
    }

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

    /** A peer that drains may still call: for the answers it owes. */
    @Override
    public boolean isOpen() {
        return !dispatcher.isDraining() && !lifecycle.isClosing() && !isEnded() && !lifecycle.isPeerDraining();
    }

    @Override
    public ConnectionStates states() {
        return states;
    }

    @Override
    public CompletionStage<CloseReason> closed() {
        return lifecycle.closed().minimalCompletionStage();
    }

    @Override
    public String toString() {
        return endpoint + " with " + peer;
    }
}
