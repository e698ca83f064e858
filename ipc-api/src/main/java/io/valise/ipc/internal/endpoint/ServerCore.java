package io.valise.ipc.internal.endpoint;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.Stats;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.greeting.Greeting;
import io.valise.ipc.internal.greeting.Proven;
import io.valise.ipc.internal.greeting.ServerProof;
import io.valise.ipc.internal.session.Session;
import io.valise.ipc.internal.session.SessionConfig;
import io.valise.ipc.internal.work.CallbackTask;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.ResourceTransfer;
import io.valise.ipc.internal.work.SerialQueue;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.internal.work.Watchdog;
import io.valise.ipc.internal.work.Workers;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.AuditLog;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A running server: its listeners and its sessions. Thread-safe. */
public final class ServerCore implements Session.Greeter {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final int MOST_SILENT = 1024;
    private static final String MOST_SILENT_PROPERTY = "valise.silentConnections";
    private static final long HELLO_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final SessionConfig config;
    private final Consumer<IpcConnection> onConnect;
    private final BiConsumer<IpcConnection, CloseReason> onDisconnect;
    private final AtExit exit;
    private final List<Transport.Listener> listeners = new CopyOnWriteArrayList<>();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final Set<Session> silent = ConcurrentHashMap.newKeySet();
    private final AtomicInteger silentCount = new AtomicInteger();
    private final UserShares shares = new UserShares();
    private final int mostSilent = Integer.getInteger(MOST_SILENT_PROPERTY, MOST_SILENT);
    private final AtomicBoolean watched = new AtomicBoolean(true);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final long startedAt = System.nanoTime();
    private Stats past = Stats.ZERO;
    private volatile boolean stopping;

    private ServerCore(
            SessionConfig config,
            Consumer<IpcConnection> onConnect,
            BiConsumer<IpcConnection, CloseReason> onDisconnect,
            AtExit exit) {
        this.config = config;
        this.onConnect = onConnect;
        this.onDisconnect = onDisconnect;
        this.exit = exit;
    }

    /** Starts to serve; all addresses or none. */
    public static ServerCore start(
            List<Endpoint> endpoints,
            Transports transports,
            SessionConfig config,
            Consumer<IpcConnection> onConnect,
            BiConsumer<IpcConnection, CloseReason> onDisconnect,
            AtExit exit) {
        Workers.begin();
        Watchdog.begin();
        ServerCore server = new ServerCore(config, onConnect, onDisconnect, exit);
        BuiltIns.addTo(config.services(), server);
        try {
            exit.begin(server);
            for (Endpoint endpoint : endpoints) {
                server.listen(endpoint, transports);
            }
            ConnectionLog.started(server.endpoints());
            return server;
        } catch (RuntimeException | Error e) { // an Error: a transport whose libraries are missing
            server.close();
            throw e;
        }
    }

    private void listen(Endpoint endpoint, Transports transports) {
        if (endpoint.isCollective()) {
            new CollectiveListening(endpoint, transports).listen(this::listen);
        } else {
            listen(endpoint, transports.of(endpoint));
        }
    }

    private void listen(Endpoint endpoint, Transport transport) {
        SessionConfig here = config.reaching(transport.reach());
        if (!here.isAccessKnown()) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED,
                    endpoint + ": processes of other machines can connect there, and who may call is not said: call"
                            + " access(..), or identity(..), which lets applications of the same publisher call",
                    Delivery.NOT_SENT);
        }
        Transport.Listener listener =
                Unsent.before(() -> transport.listen(endpoint, link -> accept(endpoint, link, here)));
        listeners.add(listener);
        if (stopping) { // the JVM exits meanwhile
            listener.close();
        }
    }

    // ---- links that come

    private void accept(Endpoint endpoint, Link link, SessionConfig here) {
        PeerIdentity peer = ResourceTransfer.orFreed(link, Link::peer, Link::close);
        if (!ResourceTransfer.orFreed(link, counted -> shares.enter(endpoint, peer), Link::close)) {
            link.close();
            return;
        }
        Optional<Session> begun = Optional.empty();
        try {
            begun = begin(endpoint, link, here);
        } finally {
            if (begun.isEmpty()) { // else the end of the session tells
                shares.leave(peer);
            }
        }
        begun.ifPresent(this::expectHello);
    }

    private Optional<Session> begin(Endpoint endpoint, Link link, SessionConfig here) {
        if (stopping || silentCount.incrementAndGet() > mostSilent) {
            if (!stopping) {
                silentCount.decrementAndGet();
                AuditLog.refused(
                        endpoint, link.peer(), "connect", "connections that have not said HELLO: limit=" + mostSilent);
            }
            link.close();
            return Optional.empty();
        }
        return Optional.of(silentSession(endpoint, link, here));
    }

    /** A session that is counted until it has said HELLO or ended; none is counted when an Error comes before. */
    private Session silentSession(Endpoint endpoint, Link link, SessionConfig here) {
        boolean listed = false;
        try {
            Session session = Session.over(link, endpoint, here, this);
            silent.add(session);
            listed = true;
            return session;
        } finally {
            if (!listed) {
                silentCount.decrementAndGet();
            }
        }
    }

    private void expectHello(Session session) {
        boolean listens = false;
        try {
            session.awaitHello(HELLO_NANOS);
            listens = true;
        } finally {
            boolean late = stopping && silent.contains(session); // one that is further is left to its shutdown
            if (!listens || late) {
                session.close();
            }
        }
    }

    @Override
    public boolean isServer() {
        return true;
    }

    @Override
    public Task greeted(Session session, long id, int lowest, int highest, ValueSet about) {
        return new CallbackTask(() -> welcome(session, id, lowest, highest, about));
    }

    @Override
    public Task proved(Session session, long id, ValueSet proof) {
        return new CallbackTask(() -> check(session, id, proof));
    }

    private void welcome(Session session, long id, int lowest, int highest, ValueSet about) {
        if (!session.greeting().agree(lowest, highest)) {
            String text = "protocol version: server speaks " + Frames.LOWEST_VERSION + " to " + Frames.VERSION
                    + ", client " + lowest + " to " + highest;
            session.refuse(id, IpcStatus.VERSION_MISMATCH, text);
        } else if (ServerProof.isWanted(about)) {
            challenge(session, id, about);
        } else {
            admit(session, id, about, Proven.NOTHING);
        }
    }

    private static void challenge(Session session, long id, ValueSet about) {
        try {
            session.greeting().challenge(id, about);
        } catch (IpcException malformed) {
            session.receiveFailed(malformed);
        }
    }

    private void check(Session session, long id, ValueSet proof) {
        ServerProof asked = session.greeting().proof();
        try {
            if (asked == null) {
                throw new IpcException(IpcStatus.AUTHENTICATION_FAILED, "PROOF: it came before the challenge");
            }
            admit(session, id, asked.hello(), asked.check(proof, session.endpoint()));
        } catch (IpcException e) {
            AuditLog.refused(session.endpoint(), session.peer(), "connect", e.reason());
            session.refuse(id, e.status(), "the proof of identity was not accepted");
        }
    }

    private void admit(Session session, long id, ValueSet about, Proven proven) {
        session.introduced(Greeting.parse(about), proven);
        Optional<String> refusal = config.credentials().inRefusal(session.endpoint(), proven.applicationId());
        if (refusal.isPresent()) {
            AuditLog.refused(session.endpoint(), session.peer(), "connect", refusal.get());
            session.refuse(id, IpcStatus.ACCESS_DENIED, "access denied");
            return;
        }
        Optional<String> tooMany = shares.excess(session.peer());
        if (tooMany.isPresent()) {
            session.refuse(id, IpcStatus.RESOURCE_EXHAUSTED, tooMany.get());
            return;
        }
        session.heardHello();
        OutFrame welcome = OutFrame.welcome(
                id,
                session.greeting().version(),
                Greeting.ofThisProcess(
                        config.maxMessageBytes(), session.config().reach()));
        session.greeting().welcome(welcome, () -> list(session));
        session.listeners().run(false);
    }

    /**
     * Puts a session on the list, unless it has ended.
     *
     * @throws IpcException when the server is closing, instead of a WELCOME that a GOAWAY would follow
     */
    private void list(Session session) {
        synchronized (this) {
            if (!noLongerSilent(session)) {
                return;
            }
            if (!stopping) {
                sessions.add(session);
                session.listeners().add(() -> tellConnected(session), 0); // of its end, however soon, after that
                return;
            }
        }
        session.close();
        throw new IpcException(IpcStatus.CONNECTION_CLOSED, "the server is closing", Delivery.NOT_SENT);
    }

    private boolean noLongerSilent(Session session) {
        boolean was = silent.remove(session);
        if (was) {
            silentCount.decrementAndGet();
        }
        return was;
    }

    @Override
    public void ended(Session session, CloseReason reason) {
        shares.leave(session.peer());
        synchronized (this) {
            if (noLongerSilent(session) || !sessions.remove(session)) {
                return; // no listener was told of it
            }
            past = past.plus(session.stats());
        }
        ConnectionLog.closed(session, reason);
        SerialQueue told = session.listeners();
        if (told.add(() -> tellDisconnected(session, reason), 0)) {
            session.tasks().runOnWorker(told);
        }
    }

    private void tellConnected(Session session) {
        ConnectionLog.connected(session);
        try {
            onConnect.accept(session);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "the onConnect listener failed; closing the connection", e);
            session.closeBecause(turnedAway(e));
        }
    }

    /** The client is told what an {@link IpcException} says, and of anything else only what it was: as of a handler. */
    private static CloseReason turnedAway(Throwable failure) {
        return failure instanceof IpcException known && known.status() != IpcStatus.OK
                ? new CloseReason(known.status(), false, known.reason())
                : new CloseReason(
                        IpcStatus.HANDLER_FAILED,
                        false,
                        "the server's onConnect listener failed: "
                                + failure.getClass().getName());
    }

    private void tellDisconnected(Session session, CloseReason reason) {
        try {
            onDisconnect.accept(session, reason);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "the onDisconnect listener failed", e);
        }
    }

    // ---- what IpcServer offers

    /** The addresses served. */
    public List<Endpoint> endpoints() {
        return listeners.stream().map(Transport.Listener::endpoint).toList();
    }

    /** The connections now. */
    public List<IpcConnection> connections() {
        return List.copyOf(sessions);
    }

    /** Sends an event to every connection that may hear it; one whose buffer is full gets it later, in order. */
    public void broadcast(String event, ValueSet message) {
        Names.check(event);
        for (Session session : sessions) {
            if (mayHear(session, event)) {
                session.broadcast(event, message);
            }
        }
    }

    /** Other users can connect at a system-wide address without being allowed anything. */
    private boolean mayHear(Session session, String event) {
        PeerIdentity peer = session.peer();
        try {
            return peer.sameUser() || session.config().access().allows(peer, event);
        } catch (RuntimeException | Error e) { // the others are to hear it
            LOG.log(Level.WARNING, "the access policy failed for " + session + " and " + event, e);
            return false;
        }
    }

    /** The counters of all connections, past and present. */
    public synchronized Stats stats() {
        Stats sum = past;
        for (Session session : sessions) {
            sum = sum.plus(session.stats());
        }
        return sum;
    }

    /** How long the server has been running, in nanoseconds. */
    long uptimeNanos() {
        return System.nanoTime() - startedAt;
    }

    SessionConfig config() {
        return config;
    }

    /** Refuses new work, waits for what is under way, closes. Returns whether all of it finished in time. */
    public boolean shutdown(long graceNanos) {
        stop();
        long deadline = Deadline.in(graceNanos);
        forEachAtOnce(sessions, session -> {
            session.drain();
            return true;
        });
        try {
            boolean finished = true;
            for (Session session : sessions) {
                finished &= session.awaitIdle(deadline);
            }
            return closeAll(deadline - System.nanoTime()) && finished;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            return false;
        }
    }

    /** Closes unless a session is on the list; one that would get there later is closed before its WELCOME. */
    public boolean closeIfUnused() {
        synchronized (this) {
            if (!sessions.isEmpty()) {
                return false;
            }
            stopping = true;
        }
        close();
        return true;
    }

    /** Frees the addresses, closes every connection. Idempotent. */
    public void close() {
        closeAll(0);
    }

    /** @param nanos how long a client may take, at most, to read what it was sent, beyond a moment that each has */
    private boolean closeAll(long nanos) {
        try {
            stop();
            boolean delivered = forEachAtOnce(sessions, session -> session.close(nanos));
            forEachAtOnce(silent, session -> session.close(0));
            return delivered;
        } finally {
            if (watched.getAndSet(false)) {
                ConnectionLog.stopped(endpoints(), uptimeNanos());
                Watchdog.leave();
            }
            exit.end();
            closed.countDown();
        }
    }

    /** Whether all said yes. A client that does not read is waited for a moment, but not one after the other. */
    private static boolean forEachAtOnce(Set<Session> sessions, Predicate<Session> action) {
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        for (Session session : sessions) {
            all.add(soon(() -> action.test(session)));
        }
        return all.stream().map(CompletableFuture::join).reduce(true, Boolean::logicalAnd);
    }

    /** Done by a thread of its own, or by the caller's where the system refuses one; false when it fails. */
    private static CompletableFuture<Boolean> soon(Supplier<Boolean> action) {
        CompletableFuture<Boolean> done;
        try {
            done = CompletableFuture.supplyAsync(action, Workers.readers());
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            done = new CompletableFuture<Boolean>().completeAsync(action, Runnable::run);
        }
        return done.exceptionally(failure -> {
            LOG.log(Level.WARNING, "closing a connection failed", failure);
            return false;
        });
    }

    private void stop() {
        synchronized (this) { // no session is listed once those on the list are being closed
            stopping = true;
        }
        // one that fails, for want of a thread say, keeps no other address and no connection
        listeners.forEach(one -> Threads.run("freeing the address " + one.endpoint(), one::close));
    }

    /** Whether neither {@link #close} nor {@link #shutdown} is done. */
    public boolean isOpen() {
        return closed.getCount() > 0;
    }

    /** Waits until {@link #close} or {@link #shutdown} is done. */
    public void awaitClosed() throws InterruptedException {
        closed.await();
    }
}
