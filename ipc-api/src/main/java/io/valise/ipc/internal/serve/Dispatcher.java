package io.valise.ipc.internal.serve;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Event;
import io.valise.ipc.EventHandler;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.InFlight;
import io.valise.ipc.internal.channel.AnswerSender;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.frame.Sendable;
import io.valise.ipc.internal.jfr.Recording;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.LatencySwitch;
import io.valise.ipc.internal.work.SerialQueue;
import io.valise.ipc.internal.work.SessionCounters;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings the peer's requests and events to their handlers: the only place that decides whether a handler may see them.
 * Keeps the requests that are under way and sends their replies. Thread-safe.
 */
public final class Dispatcher {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final int MOST_REQUESTS = 65_536;
    private static final int MOST_NAMES_CHARS = 500;
    /** How often a shutdown checks whether the events have been handled. */
    private static final long EVENTS_CHECK_MILLIS = 20;

    private static final long DECISION_CHECK_NANOS = 10_000;

    private final IpcConnection connection;
    private final boolean server;
    private final Lifecycle lifecycle;
    private final FrameSender sender;
    private final AnswerSender answerSender;
    private final Services services;
    private final @Nullable InterceptedHandlers intercepted;
    private final LatencySwitch latency;
    private final Admission admission;
    private final SessionCounters counters;
    private final Backlog backlog;
    private final boolean usesExecutor;
    private final SerialQueue events;
    /** Counts the answers that wait for room at the peer. */
    private final Backlog unsent;

    private final SerialQueue answers;
    private final InFlight<InboundRequest> requests = new InFlight<>();

    /**
     * How many calls of the peer were taken. Written by the holder of the read right, when the last of them is in the
     * table: the thread that closes the gate finds what it counts in the table, or answered.
     */
    private final AtomicLong taken = new AtomicLong();

    private volatile Gate gate = Gate.OPEN;
    /** The last call that may run when the gate is not open. Guarded by {@link #taken}. */
    private long last;

    private long lastEvent;

    /** Which requests may begin. */
    private enum Gate {
        OPEN,
        /** Those that had been taken when the drain began. */
        DRAINING,
        CLOSED
    }

    /**
     * @param server whether this is the end that accepted the connection
     * @param backlog counts what waits for a handler
     * @param unsent counts the answers that wait for room at the peer
     * @param usesExecutor whether the application gave an executor: handlers never run on a reading thread then
     * @param events where the handlers of events run in order; null for a queue of its own
     */
    public Dispatcher(
            IpcConnection connection,
            boolean server,
            Lifecycle lifecycle,
            FrameSender sender,
            Services services,
            Admission admission,
            SessionCounters counters,
            Backlog backlog,
            Backlog unsent,
            boolean usesExecutor,
            @Nullable SerialQueue events) {
        this.connection = connection;
        this.server = server;
        this.lifecycle = lifecycle;
        this.sender = sender;
        this.answerSender = new AnswerSender(connection, sender);
        this.services = services;
        this.intercepted = services.intercepted();
        this.latency = services.latency();
        this.admission = admission;
        this.counters = counters;
        this.backlog = backlog;
        this.unsent = unsent;
        this.answers = new SerialQueue(unsent);
        this.usesExecutor = usesExecutor;
        this.events = events == null ? new SerialQueue(backlog, usesExecutor) : events;
    }

    // ---- what a request needs

    IpcConnection connection() {
        return connection;
    }

    FrameSender sender() {
        return sender;
    }

    /** Runs handlers inside of their interceptors; null when there are none. */
    @Nullable InterceptedHandlers intercepted() {
        return intercepted;
    }

    SessionCounters counters() {
        return counters;
    }

    /** Whether the next request is to be a {@link MeasuredRequest}. */
    public boolean measures() {
        return latency.isOn() || Recording.hasServerCalls();
    }

    /** Whether requests are measured for the counters. */
    LatencySwitch latency() {
        return latency;
    }

    /** No handler sees a request. */
    void refused(String service, IpcStatus status, String reason) {
        counters.refused();
        Recording.refused(connection, service, status, reason);
    }

    /** How many bytes of work wait for a handler. */
    public long bytesUnhandled() {
        return backlog.bytes();
    }

    /** How many bytes of answers wait for the peer. */
    public long bytesUnsent() {
        return unsent.bytes();
    }

    boolean usesExecutor() {
        return usesExecutor;
    }

    /**
     * Sends the answer to a request, which is finished then. Answers that the peer makes no room for wait for one thread,
     * which sends them in turn: a peer that does not read occupies no other thread, which answers of other peers may need.
     * When too many bytes wait, the next one waits on its own thread. An answer that cannot be sent is replaced by the reason.
     */
    void answer(InboundRequest request, Sendable frame, boolean onReader) {
        answer(request, null, frame, onReader);
    }

    /** Like {@link #answer(InboundRequest, Sendable, boolean)}, with what is sent before it; null for nothing. */
    void answer(InboundRequest request, @Nullable Sendable before, Sendable frame, boolean onReader) {
        if (onReader) {
            send(request, before, frame, false);
        } else if (before != null || !isSent(request, frame)) {
            if (unsent.isHigh()) {
                send(request, before, frame, true);
            } else if (answers.add(() -> send(request, before, frame, true), bytes(frame))) {
                answers.run(false);
            }
        }
    }

    private static int bytes(Sendable frame) {
        return (int) Math.min(frame.bound(), Integer.MAX_VALUE / 2);
    }

    /** Whether nothing is left to do: the answer was sent without a wait, or cannot be sent. */
    private boolean isSent(InboundRequest request, Sendable frame) {
        boolean done = true;
        try {
            done = answers.isIdle() && answerSender.trySend(frame);
        } finally {
            if (done) {
                finished(request);
            }
        }
        return done;
    }

    private void send(InboundRequest request, @Nullable Sendable before, Sendable frame, boolean flush) {
        try {
            if (before != null) {
                answerSender.send(before, false);
            }
            answerSender.send(frame, flush);
        } finally {
            finished(request);
        }
    }

    void finished(InboundRequest request) {
        if (requests.remove(request) && gate != Gate.OPEN) {
            wakeWaiting();
        }
    }

    // ---- what comes in

    /** Takes a request; returns what is to be done with it. */
    public Task requested(InboundRequest request) {
        backlog.checkNotExcessive();
        request.handler(serviceFor(request));
        request.place(taken.getPlain() + 1);
        if (!requests.put(request)) {
            throw Frames.malformed("request id " + request.id() + ": it is under way already");
        }
        taken.setRelease(request.place());
        return request;
    }

    private Service serviceFor(InboundRequest request) {
        if (requests.size() >= MOST_REQUESTS) {
            return Service.refusing(
                    IpcStatus.RESOURCE_EXHAUSTED, "requests under way on one connection: limit=" + MOST_REQUESTS);
        }
        Service service = services.service(request.service());
        return service != null ? service : Service.refusing(IpcStatus.SERVICE_NOT_FOUND, notFound(request.service()));
    }

    private String notFound(String service) {
        String names = String.join(", ", services.names());
        String where = server ? "at " : "by the client of ";
        return "service " + service + ": not offered " + where + connection.endpoint() + "; offered: "
                + (names.length() <= MOST_NAMES_CHARS ? names : names.substring(0, MOST_NAMES_CHARS) + "…");
    }

    /** Whether no handler may see a request or stream: it is refused here then, or has been taken back. */
    boolean refuses(InboundRequest request, Service service) {
        if (isTooLate(request)) {
            CloseReason why = lifecycle.inboundRefusal();
            request.refuse(why.status(), why.detail());
        } else if (request.isRejected()) {
            request.refuse(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "service " + request.service() + ": the executor of the handlers takes no more work");
        } else if (request.isOverdue()) {
            request.refuse(
                    IpcStatus.TIMEOUT,
                    "service " + request.service() + ": its time was up before a handler could begin");
        } else if (service.refuses(request)) {
            return true;
        } else if (request.begin()) {
            return refusesBegun(request, service);
        }
        return true;
    }

    private boolean refusesBegun(InboundRequest request, Service service) {
        if (!admission.allows(request.service())) {
            request.refuse(IpcStatus.ACCESS_DENIED, "access denied");
            return true;
        }
        return service.refusesKindOf(request);
    }

    private boolean isTooLate(InboundRequest request) {
        if (gate == Gate.OPEN) {
            return lifecycle.isPeerClosing();
        }
        synchronized (taken) { // what closes the gate has said which is the last
            return gate == Gate.CLOSED || request.place() > last;
        }
    }

    /** Takes an event in; returns what is to be done with it, if it is this thread's turn to do it. */
    public @Nullable Task eventReceived(String name, ValueSet message, int bytes) {
        EventHandler handler = services.event(name);
        if (gate == Gate.CLOSED) {
            return null;
        } else if (handler == null) {
            LOG.log(Level.DEBUG, "event {0} from {1}: no handler", name, connection);
            return null;
        }
        backlog.checkNotExcessive();
        return events.add(() -> deliver(handler, name, message), bytes, backlog) ? events : null;
    }

    private void deliver(EventHandler handler, String name, ValueSet message) {
        if (!admission.allows(name)) {
            return;
        }
        try {
            Event event = new ReceivedEvent(name, message, connection);
            if (intercepted == null) {
                handler.onEvent(event);
            } else {
                intercepted.deliver(handler, event);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) { // whatever a handler throws must not end the reader
            HandlerFailures.log("the handler of event " + name, e);
        }
    }

    private record ReceivedEvent(String name, ValueSet message, IpcConnection connection) implements Event {
        @Override
        public PeerIdentity caller() {
            return connection.peer();
        }
    }

    /** The peer asks for more messages of a stream; returns what is to be done with it. */
    public @Nullable Task credited(long id, long more) {
        InboundRequest request = requests.get(id);
        return request == null ? null : request.credited(more);
    }

    /** The peer gave a request up; returns what is to be done with it. */
    public @Nullable Task cancelled(long id) {
        InboundRequest request = requests.get(id);
        return request == null ? null : request.cancelled();
    }

    // ---- the end

    /** From now on no requests begin but those that have been taken in. Returns how many calls have. */
    public long drain() {
        return close(Gate.DRAINING);
    }

    /** From now on no requests begin. Returns how many calls of the peer were taken in before that, or before the drain. */
    public long close() {
        return close(Gate.CLOSED);
    }

    private long close(Gate further) {
        synchronized (taken) {
            if (gate == Gate.OPEN) {
                gate = further;
                // A request that finds the gate open was put into the table before this looks there.
                long listed = requests.snapshot().stream()
                        .mapToLong(InboundRequest::place)
                        .max()
                        .orElse(0);
                last = Math.max(taken.getAcquire(), listed);
                lastEvent = events.added();
            } else if (further == Gate.CLOSED) {
                gate = further;
            }
            return last;
        }
    }

    /**
     * Refuses, after {@link #close}, what was taken in and has not begun. Waits for the thread that reads, which may be
     * about to refuse a request itself.
     *
     * @param send sends an answer; false when that takes too long
     */
    public void withdraw(CloseReason why, Predicate<OutFrame> send, LongSupplier deadline) {
        boolean sending = true;
        for (InboundRequest request : requests.snapshot()) {
            OutFrame answer = request.withdraw(why.status(), why.detail());
            while (answer == null && isUndecided(request) && deadline.getAsLong() - System.nanoTime() > 0) {
                Threads.pause(DECISION_CHECK_NANOS);
                answer = request.withdraw(why.status(), why.detail());
            }
            sending = answer == null ? sending : sending && send.test(answer);
        }
    }

    private boolean isUndecided(InboundRequest request) {
        return !request.hasBegun() && requests.get(request.id()) == request;
    }

    /** Whether no new requests are taken any more. */
    public boolean isDraining() {
        return gate != Gate.OPEN;
    }

    /**
     * Waits, after {@link #drain}, until the requests and events of the peer that were taken in before it are done; false
     * when the deadline came first. What came after it does not count: the peer may go on sending.
     */
    public boolean awaitIdle(long deadline) throws InterruptedException {
        long until = drain();
        synchronized (requests) {
            while ((isBusy(until) && !lifecycle.isEnded()) || !events.isPast(lastEvent)) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime() + 999_999);
                if (millis <= 0) {
                    return false;
                }
                requests.wait(Math.min(millis, EVENTS_CHECK_MILLIS));
            }
        }
        return true;
    }

    private boolean isBusy(long until) {
        return requests.size() > 0 && requests.snapshot().stream().anyMatch(request -> request.place() <= until);
    }

    /**
     * The connection has ended; returns what is to be done with what was under way.
     *
     * @param byPeer whether the peer ended it: what events it sent before are handled
     */
    public List<Task> ended(boolean byPeer) {
        close();
        int dropped = byPeer ? 0 : events.clear();
        if (dropped > 0) {
            LOG.log(Level.DEBUG, "{0}: events that were received and not handled: {1}", connection, dropped);
        }
        wakeWaiting();
        return requests.snapshot().stream().map(InboundRequest::cancelled).toList();
    }

    private void wakeWaiting() {
        synchronized (requests) {
            requests.notifyAll();
        }
    }
}
