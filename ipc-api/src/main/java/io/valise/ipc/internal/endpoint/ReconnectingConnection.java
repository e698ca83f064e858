package io.valise.ipc.internal.endpoint;

import io.valise.ipc.CloseReason;
import io.valise.ipc.ConnectionState;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.Stats;
import io.valise.ipc.internal.call.CallMaker;
import io.valise.ipc.internal.call.InterceptedCalls;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.session.Session;
import io.valise.ipc.internal.session.SessionCall;
import io.valise.ipc.internal.session.SessionConfig;
import io.valise.ipc.internal.work.ConnectionStates;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.ResourceTransfer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A connection that gets another link when one has ended: a session after the other, dialled by {@link Redial}. It ends
 * when the user closes it or its policy gives up. Thread-safe.
 */
final class ReconnectingConnection implements SessionCall.Calls, Redial.Target {
    private final Dialer dialer;
    private final ReconnectPolicy policy;
    private final long connectNanos;
    private final Redial redial;
    private final CallMaker maker;
    private final ConnectionStates states = new ConnectionStates();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private volatile Session session;
    /** What is known of the peer since the last link was made; a later peer proves no less. */
    private volatile PeerIdentity proved;

    private volatile @Nullable CloseReason end;
    /** Sessions that were followed by another before they ended: their servers finish what they took. */
    private final List<Session> retired = new ArrayList<>();
    /** What the sessions counted that have ended, without the newest one. */
    private Stats past = Stats.ZERO;

    /**
     * Begins with a session that the dialer has connected.
     *
     * @param connectNanos how long an attempt to dial may take
     */
    ReconnectingConnection(Dialer dialer, ReconnectPolicy policy, Session first, long connectNanos) {
        this.dialer = dialer;
        this.policy = policy;
        this.connectNanos = connectNanos;
        this.redial = new Redial(this, policy);
        this.session = first;
        this.proved = first.peer();
        CallMaker repeated = new RepeatedCalls(this);
        SessionConfig config = dialer.config();
        this.maker = config.interceptors().isEmpty()
                ? repeated
                : new InterceptedCalls(this, config.interceptors(), repeated, config.requestTimeoutNanos());
    }

    /** Begins to notice the end of the first session. */
    ReconnectingConnection watched() {
        watch(session);
        return this;
    }

    // ---- calls

    @Override
    public CallMaker maker() {
        return maker;
    }

    /** What is known of one call that may take several attempts. */
    Repeats repeats(String service, @Nullable Duration timeout) {
        long nanos = timeout == null ? dialer.config().requestTimeoutNanos() : Deadline.nanos("timeout", timeout);
        return new Repeats(policy, service, Deadline.in(nanos));
    }

    /** Whether a call that ended so is to be made again. */
    boolean mayRepeat(Repeats repeats, IpcException failure) {
        return repeats.allow(failure) && end == null && isLoss(failure.status());
    }

    /** Whether a failure means that there was no server, or none any more. */
    static boolean isLoss(IpcStatus status) {
        return status == IpcStatus.CONNECTION_CLOSED
                || status == IpcStatus.PEER_DIED
                || status == IpcStatus.ENDPOINT_NOT_FOUND;
    }

    /** A session that is open: the present one, or, after a pause or when it has ended, one that is waited for. */
    Session usable(long deadline, long pause) {
        Session now = session;
        return pause == 0 && now.isOpen() ? now : redial.get(deadline, pause);
    }

    Redial redial() {
        return redial;
    }

    // ---- links that come and go

    Session session() {
        return session;
    }

    @Override
    public Optional<Session> openSession() {
        return Optional.of(session).filter(Session::isOpen);
    }

    @Override
    public Session dial(boolean starts) {
        Runnable tell;
        synchronized (this) {
            tell = states.set(ConnectionState.RECONNECTING);
        }
        tell.run();
        return ResourceTransfer.orFreed(dialer.dial(connectNanos, starts), this::checked, Session::close);
    }

    /** The peer is still who it had proved to be: what the user has seen of it holds for every link. */
    private Session checked(Session fresh) {
        PeerIdentity now = fresh.peer();
        PeerIdentity before = proved;
        boolean anotherUser = before.sameUser() ? !now.sameUser() : !now.user().equals(before.user());
        boolean another =
                before.applicationId().isPresent() && !now.applicationId().equals(before.applicationId());
        if (anotherUser || another) {
            throw new IpcException(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "reconnecting to " + fresh.endpoint() + ": peer: expected user="
                            + before.user().orElse("unknown") + " and application="
                            + before.applicationId().orElse("any") + ", as before, actual user="
                            + now.user().orElse("unknown") + ", application="
                            + now.applicationId().orElse("unknown")
                            + "; to talk to another application, make a new connection",
                    Delivery.NOT_SENT);
        }
        return fresh;
    }

    @Override
    public boolean adopt(Session fresh) {
        Runnable tell;
        synchronized (this) {
            if (end != null) {
                return false;
            }
            Session old = session;
            if (old.isEnded()) {
                past = past.plus(countedBy(old));
            } else {
                retired.add(old);
            }
            session = fresh;
            proved = fresh.peer();
            tell = states.set(ConnectionState.CONNECTED);
        }
        tell.run();
        watch(fresh);
        if (hasListeners()) {
            fresh.ensureRead();
        }
        return true;
    }

    private void watch(Session watched) {
        watched.closed().thenRun(() -> ended(watched));
    }

    private void ended(Session which) {
        Runnable tell;
        synchronized (this) {
            if (retired.remove(which)) {
                past = past.plus(countedBy(which));
            }
            if (which != session || end != null) {
                return;
            }
            tell = states.set(ConnectionState.RECONNECTING);
        }
        tell.run();
        wantLink();
    }

    private static Stats countedBy(Session ended) {
        return ended.counters().snapshotOfEnded(0);
    }

    private void wantLink() {
        if (policy.byItself() && hasListeners()) {
            redial.want();
        }
    }

    /** Whether something is registered that needs a link. */
    private boolean hasListeners() {
        return !services().isEmpty() || states.hasListeners();
    }

    @Override
    public void giveUp(CloseReason reason) {
        finish(reason);
    }

    @Override
    public void close() {
        finish(new CloseReason(IpcStatus.CONNECTION_CLOSED, false, "this end closed the connection"));
    }

    private void finish(CloseReason reason) {
        Runnable tell;
        List<Session> open;
        synchronized (this) {
            if (end != null) {
                return;
            }
            end = reason;
            tell = states.set(ConnectionState.CLOSED);
            open = new ArrayList<>(retired);
            open.add(session);
        }
        redial.stop(reason);
        open.forEach(Session::close);
        tell.run();
        closed.complete(reason);
    }

    // ---- IpcConnection

    /** The services of all sessions, those to come too. */
    @Override
    public Services services() {
        return dialer.config().services();
    }

    @Override
    public void ensureRead() {
        Session now = session;
        if (now.isEnded()) {
            wantLink();
        } else {
            now.ensureRead();
        }
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
        Stats sum = past.plus(session.stats());
        for (Session old : retired) {
            sum = sum.plus(old.stats());
        }
        return sum;
    }

    @Override
    public boolean isOpen() {
        return end == null;
    }

    @Override
    public ConnectionStates states() {
        return states;
    }

    @Override
    public CompletionStage<CloseReason> closed() {
        return closed.minimalCompletionStage();
    }

    @Override
    public String toString() {
        return session.toString();
    }
}
