package io.valise.ipc.internal.session;

import io.valise.ipc.CloseReason;
import io.valise.ipc.ConnectionState;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.Stats;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.CallMaker;
import io.valise.ipc.internal.call.InterceptedCalls;
import io.valise.ipc.internal.call.OutgoingCalls;
import io.valise.ipc.internal.channel.AnswerSender;
import io.valise.ipc.internal.channel.Drainer;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.greeting.Greeting;
import io.valise.ipc.internal.greeting.Proven;
import io.valise.ipc.internal.jfr.Recording;
import io.valise.ipc.internal.serve.Admission;
import io.valise.ipc.internal.serve.Dispatcher;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.CallbackTask;
import io.valise.ipc.internal.work.ConnectionStates;
import io.valise.ipc.internal.work.ResourceTransfer;
import io.valise.ipc.internal.work.SerialQueue;
import io.valise.ipc.internal.work.SessionCounters;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.internal.work.TaskRunner;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection: a link, and the calls, handlers, reader and sender that work on it. Thread-safe.
 */
public final class Session implements SessionCall.Calls {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final Link link;
    private final Endpoint endpoint;
    private final SessionConfig config;
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
    private final GreetingExchange greeting;
    private final FrameReceiver receiver;
    private final Reader reader;
    private final Requester requester;
    private final @Nullable InterceptedCalls intercepted;
    private final Broadcasts broadcasts;
    private final GracefulClose gracefulClose;
    private final SerialQueue listeners;
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
                config.requestTimeoutNanos(),
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
        this.greeting =
                new GreetingExchange(endpoint, config, calls, sender, new AnswerSender(this, sender), lifecycle);
        this.gracefulClose = new GracefulClose(lifecycle, dispatcher, sender);
        this.receiver = newReceiver();
        this.reader = newReader();
        this.requester = new Requester(calls, sender, reader, lifecycle, counters, config.requestTimeoutNanos());
        this.intercepted = config.interceptors().isEmpty()
                ? null
                : new InterceptedCalls(this, config.interceptors(), requester, config.requestTimeoutNanos());
        this.drainer = new Drainer(this, reader.poller::flushFully, lifecycle::isEnded);
        this.broadcasts = new Broadcasts(this);
        this.listeners = new SerialQueue(backlog);
    }

    private FrameReceiver newReceiver() {
        return new FrameReceiver(
                server,
                link,
                counters,
                lifecycle,
                calls,
                dispatcher,
                greeting,
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
                calls,
                tasks,
                lifecycle,
                config.waitStrategy(),
                server,
                this::peerEnded,
                this::receiveFailed);
    }

    /** Over a link that was not read from yet; the link is closed when that fails, with an Error too. */
    public static Session over(Link link, Endpoint endpoint, SessionConfig config, Greeter greeter) {
        return ResourceTransfer.orFreed(link, fresh -> new Session(fresh, endpoint, config, greeter), Link::close);
    }

    private void backlogShrank() {
        reader.background.resume();
    }

    private void flushSoon() {
        drainer.soon();
    }

    // ---- its parts

    /** What it was told by the builder of its end. */
    public SessionConfig config() {
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

    /** What the link's frames are given to. */
    FrameReceiver frames() {
        return receiver;
    }

    /** The frames with which it begins. */
    public GreetingExchange greeting() {
        return greeting;
    }

    /** Where a server's listeners are told of this session, one thing at a time. */
    public SerialQueue listeners() {
        return listeners;
    }

    @Override
    public Services services() {
        return services;
    }

    // ---- calls of this end

    @Override
    public CallMaker maker() {
        return intercepted == null ? requester : intercepted;
    }

    /** Makes calls without the interceptors of this end. */
    public CallMaker behindInterceptors() {
        return requester;
    }

    /** Sends an event without blocking; what does not fit now follows in order. */
    public void broadcast(String event, ValueSet message) {
        if (intercepted == null) {
            broadcastNow(event, message);
        } else {
            intercepted.broadcast(event, message, this::broadcastNow);
        }
    }

    private void broadcastNow(String event, ValueSet message) {
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
        GreetingExchange.Introduction server = greeting.greet(requester, deadline);
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

    /** Sends the client the reason of its refusal, and ends the session. */
    public void refuse(long id, IpcStatus status, String text) {
        greeting.refuse(id, status, text);
        Recording.refused(this, null, status, text);
        closeBecause(new CloseReason(status, false, text));
    }

    /** What the peer says of itself, and what it has proved. */
    public void introduced(Greeting about, Proven proven) {
        peer = proven.of(link.peer().declaring(about.pid(), about.application(), about.host()));
        sender.peerMaxMessage(about.maxMessageBytes());
    }

    // ---- the end

    /** Takes no new calls, and tells the peer so. */
    public void drain() {
        gracefulClose.drain();
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
            return gracefulClose.close(reason, nanos);
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
                                "the connection ended without GOAWAY: the peer process died or was cut off"));
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
        return isEnded()
                ? counters.snapshotOfEnded(calls.size())
                : counters.snapshot(
                        calls.size(),
                        1,
                        dispatcher.bytesUnhandled(),
                        dispatcher.bytesUnsent() + broadcasts.bytesUnsent(),
                        link.occupancy());
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
