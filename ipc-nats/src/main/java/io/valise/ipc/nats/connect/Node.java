package io.valise.ipc.nats.connect;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.BrokerConnection;
import io.valise.ipc.nats.broker.BrokerSettings;
import io.valise.ipc.nats.broker.Subjects;
import io.valise.ipc.nats.link.Links;
import io.valise.ipc.nats.link.Outlet;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This process at one broker: its inbox, its links, and the names it serves. It ends with its connection to the broker.
 *
 * <pre>
 *   valise.l.USER.PROCESS.LINK   for one end of a link
 *                        .p      asks whether this process lives
 *                        .q.N    the answer of the process N
 *                        .e.N    what it sent to itself, to know that the broker has all before it
 *                        .w.N    an answer to the question which names are served
 * </pre>
 *
 * Thread-safe.
 */
final class Node implements BrokerConnection.Receiver, Outlet {
    private static final SafeLog LOG = SafeLog.of(Node.class);
    private static final long BUSY_MILLIS = 100;
    private static final long SETTLE_MILLIS = 250;
    private static final long START_MILLIS = 5000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final byte[] ALIVE = {1};

    private final BrokerSettings settings;
    private final String inbox;
    private final Links links;
    private final Consumer<Node> onLost;
    private final BrokerConnection broker;
    private final Echoes echoes = new Echoes();
    private final Replies replies = new Replies();
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, CountDownLatch> settling = new ConcurrentHashMap<>();
    private final Map<Long, Consumer<byte @Nullable []>> listings = new ConcurrentHashMap<>();
    private final Set<NatsListener> listeners = ConcurrentHashMap.newKeySet();
    private volatile boolean stalled;
    private volatile boolean inboxDenied;
    private volatile @Nullable String lost;
    private boolean closed; // guarded by this, as what follows is
    private boolean slow;
    private boolean listsNames;
    private int users;
    private long unusedMillis;
    private Runnable timer = () -> {};

    /**
     * Connects, and waits until the inbox is there, or the connection {@linkplain #isLost() lost}.
     *
     * @param timeoutNanos how long connecting to each address may take
     * @param onLost told once, by any thread, when the broker has ended the connection
     * @throws IpcException as {@link BrokerConnection#open}; {@code ACCESS_DENIED} when the broker's permissions are wrong
     */
    Node(BrokerSettings settings, long timeoutNanos, Consumer<Node> onLost) {
        this.settings = settings;
        this.onLost = onLost;
        inbox = Subjects.inbox(settings.userToken(), Links.random());
        links = new Links(
                this,
                settings.userToken(),
                inbox,
                TimeUnit.NANOSECONDS.toMillis(settings.silenceNanos()),
                this::becomesBusy);
        broker = BrokerConnection.open(settings, this, timeoutNanos);
        boolean done = false;
        try {
            broker.subscribe(inbox + ".>");
            boolean heard = echo(START_MILLIS);
            allowed(inbox + ".>");
            allowed(inbox + ".e.1");
            if (!heard && lost == null) {
                throw BrokerConnection.unanswered(settings, null);
            }
            planTick(true);
            done = true;
        } finally {
            if (!done) {
                broker.close();
            }
        }
    }

    BrokerSettings settings() {
        return settings;
    }

    Links links() {
        return links;
    }

    BrokerConnection broker() {
        return broker;
    }

    boolean isLost() {
        return lost != null;
    }

    /** What is said to one who needs the connection when it has ended. */
    IpcException ended() {
        String why = lost;
        return new IpcException(
                IpcStatus.ENDPOINT_NOT_FOUND,
                why == null ? "the connection to the NATS broker at " + settings.shown() + " was closed" : why,
                Delivery.NOT_SENT);
    }

    /**
     * Checks that a subject has not been denied; after {@link #settle}.
     *
     * @throws IpcException {@code ACCESS_DENIED}
     */
    void allowed(String subject) {
        if (broker.isDenied(subject)) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED,
                    "the NATS broker at " + settings.shown() + " does not allow " + settings.name() + " the subject "
                            + subject + ": see `ipc nats permissions`",
                    Delivery.NOT_SENT);
        }
    }

    // ---- names

    /** Lists a name that is served, and tells its listener of the end. */
    void serves(NatsListener listener) {
        serves(listener, () -> broker.subscribe(Subjects.LISTING)); // twice is as once
    }

    /** As that; {@code subscribe} has this process asked for names, and may throw. */
    void serves(NatsListener listener, Runnable subscribe) {
        boolean first;
        synchronized (this) {
            first = !listsNames;
        }
        if (first) {
            subscribe.run();
            synchronized (this) {
                listsNames = true;
            }
        }
        listeners.add(listener);
    }

    void servesNoMore(NatsListener listener) {
        listeners.remove(listener);
    }

    /** Asks all processes which names they serve; each answer, and null when there is none, is told. */
    Runnable list(Consumer<byte @Nullable []> heard) {
        long number = numbers.incrementAndGet();
        listings.put(number, heard);
        publish(Subjects.listing(settings.userToken()), inbox + ".w." + number, ALIVE);
        return () -> listings.remove(number);
    }

    // ---- what comes

    @Override
    public void received(String subject, @Nullable String replyTo, byte[] data, boolean unheard) {
        if (!subject.startsWith(inbox)) {
            tellNames(replyTo);
            return;
        }
        echoes.heard();
        String tail = subject.substring(inbox.length() + 1);
        int dot = tail.indexOf('.');
        if (dot > 0) {
            numbered(tail.charAt(0), number(tail.substring(dot + 1)), data, unheard);
        } else if (tail.equals(Subjects.QUESTION)) {
            asked(replyTo);
        } else if (unheard) {
            links.unheard(tail);
        } else {
            links.received(tail, replyTo, data);
        }
    }

    /** Who asks whether this process lives does so too. */
    private void asked(@Nullable String replyTo) {
        String questioner = Subjects.questioner(replyTo);
        if (questioner != null) {
            links.heard(questioner);
        }
        answer(replyTo, ALIVE);
    }

    private static long number(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    private void numbered(char what, long number, byte[] data, boolean unheard) {
        switch (what) {
            case 'q' -> {
                long again = links.answered(number, unheard);
                if (again > 0) {
                    ReadinessLoop.shared().after(again, () -> links.ask(number));
                }
            }
            case 'e' -> {
                stalled = false;
                echoes.echoed();
                CountDownLatch settled = settling.remove(number);
                if (settled != null) {
                    settled.countDown();
                }
            }
            case 'w' -> {
                Consumer<byte @Nullable []> heard = listings.get(number);
                if (heard != null) {
                    heard.accept(unheard ? null : data);
                }
            }
            default -> LOG.log(Level.DEBUG, "a message of an unknown kind: {0}", what);
        }
    }

    /** Has this process asked for its names though it may serve none, as far as the broker allows that; returns what ends it. */
    Runnable answersListings() {
        return broker.subscribe(Subjects.LISTING, Links.random(), (subject, replyTo, data) -> tellNames(replyTo));
    }

    private void tellNames(@Nullable String replyTo) {
        NameList.of(listeners).forEach(names -> answer(replyTo, names));
    }

    /** Only to inboxes: no process has another one publish for it. */
    private void answer(@Nullable String replyTo, byte[] data) {
        if (replyTo != null
                && Subjects.isInInbox(replyTo)
                && replies.mayAdd(writes(), replyTo.length() + data.length)) {
            publish(replyTo, null, data);
        }
    }

    @Override
    public void denied(String subject) {
        LOG.log(Level.DEBUG, "the broker does not allow {0}", subject);
        links.denied(subject);
        if (subject.startsWith(inbox)) {
            inboxDenied = true; // no echo will come
            settling.values().forEach(CountDownLatch::countDown);
        }
    }

    @Override
    public void lost(String why) {
        lost = why;
        stop();
        onLost.accept(this);
        links.lost(why);
        listeners.forEach(listener -> Threads.run("serving a name again", () -> listener.lost(this)));
        settling.values().forEach(CountDownLatch::countDown);
    }

    // ---- what is sent

    @Override
    public void publish(String subject, @Nullable String replyTo, byte[] data) {
        broker.publish(subject, replyTo, data);
    }

    @Override
    public long writes() {
        return broker.writes();
    }

    @Override
    public void afterWrite(Runnable task) {
        broker.afterWrite(task);
    }

    @Override
    public int maxPayload() {
        return broker.maxPayload();
    }

    /**
     * Waits until the broker has all that was sent before.
     *
     * @throws IpcException {@code TIMEOUT}; {@code ENDPOINT_NOT_FOUND} when the connection is lost
     */
    void confirm() {
        confirm(TimeUnit.MILLISECONDS.toNanos(START_MILLIS));
    }

    /** As {@link #confirm()}, within a time. */
    void confirm(long nanos) {
        if (!echo(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)))) {
            throw isLost() ? ended() : BrokerConnection.unanswered(settings, null);
        }
    }

    @Override
    public void settle() {
        if (!stalled && !broker.isReceiving() && !echo(SETTLE_MILLIS)) {
            stalled = true;
        }
    }

    /** Whether what this process sends to itself comes back in time: then the broker has all that was sent before. */
    private boolean echo(long millis) {
        long number = numbers.incrementAndGet();
        CountDownLatch came = new CountDownLatch(1);
        settling.put(number, came);
        boolean interrupted = Thread.interrupted();
        try {
            publish(inbox + ".e." + number, null, ALIVE);
            if (inboxDenied || lost != null) { // perhaps no thread counts down any more
                return false;
            }
            return came.await(millis, TimeUnit.MILLISECONDS) && lost == null;
        } catch (InterruptedException e) {
            interrupted = true;
            return true;
        } finally {
            settling.remove(number);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ---- signs of life

    private synchronized void planTick(boolean slowly) {
        if (!closed) {
            Runnable before = timer;
            timer = ReadinessLoop.shared()
                    .after(TimeUnit.MILLISECONDS.toNanos(slowly ? Links.IDLE_MILLIS : BUSY_MILLIS), () -> tick(slowly));
            slow = slowly;
            before.run(); // not sooner: there may be no memory for the next
        }
    }

    private void becomesBusy() {
        boolean plan;
        synchronized (this) {
            plan = slow;
            slow = false;
        }
        if (plan) {
            planTick(false);
        }
    }

    private void tick(boolean wasSlow) {
        boolean active = true;
        try {
            active = look(wasSlow ? Links.IDLE_MILLIS : BUSY_MILLIS);
        } finally {
            planNext(!active);
        }
    }

    /** Nothing else plans it: without memory for that the thread of the timer waits for some. */
    private void planNext(boolean slowly) {
        while (true) {
            try {
                planTick(slowly);
                return;
            } catch (OutOfMemoryError e) {
                Threads.pause(PAUSE_NANOS);
            }
        }
    }

    /** Returns whether a thread waits for a peer. */
    private boolean look(long millis) {
        boolean counts = !broker.isBehind();
        boolean active = links.tick(millis, counts);
        if (passUnused(millis)) {
            Nodes.closeIfUnused(this);
        }
        Echoes.Due due = echoes.tick(millis, counts);
        if (due == Echoes.Due.END) {
            broker.giveUp(
                    "no answer of the NATS broker at " + settings.shown() + ": limit=" + Echoes.SILENCE_MILLIS + " ms");
        } else if (due == Echoes.Due.ECHO) {
            publish(inbox + ".e.0", null, ALIVE);
        }
        return active;
    }

    /** Time has passed; returns whether nothing has used the connection for so long that it is to be closed. */
    private synchronized boolean passUnused(long millis) {
        unusedMillis = isUnused() ? unusedMillis + millis : 0;
        return unusedMillis >= Threads.IDLE_MILLIS;
    }

    /** It is not closed until {@link #release}. */
    synchronized void use() {
        users++;
    }

    /** Unless there are links, it may be closed after a while. */
    synchronized void release() {
        users--;
    }

    synchronized boolean isUnused() {
        return users == 0 && links.isEmpty();
    }

    private synchronized void stop() {
        closed = true;
        timer.run();
    }

    /** Ends the connection, which nothing uses any more. */
    void close() {
        stop();
        broker.close();
    }
}
