package io.valise.ipc.nats.broker;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a broker. It is never repaired: when it is lost, it has ended, and so have all links over it, so that no
 * message of before comes after. One thread receives. Thread-safe.
 */
public final class BrokerConnection {
    private static final SafeLog LOG = SafeLog.of(BrokerConnection.class);
    private static final int NO_RESPONDERS = 503;
    private static final int MOST_THREADS = 1024;
    private static final int MOST_DENIED = 1000;
    private static final int MOST_HEARD = 100;
    private static final int LEAST_PAYLOAD = 4096;
    private static final int BUFFER = 128 << 10; // what a frame of 64 KiB becomes fits, and is one write
    private static final long CLOSE_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Pattern DENIED =
            Pattern.compile("(?i)permissions violation for (?:publish|subscription) to \"([^\"]+)\"");

    private static final ExecutorService THREADS = Threads.pool("valise-nats", MOST_THREADS);

    private final BrokerSettings settings;
    private final Receiver receiver;
    private final List<Exception> heard = Collections.synchronizedList(new ArrayList<>());
    private final Set<String> denied = ConcurrentHashMap.newKeySet();
    private final Consumer<IpcException> onRefused;
    private final Writes writes = new Writes();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Connection connection;
    private final Subscriptions subscriptions;
    private final Set<byte[]> dropped = Collections.newSetFromMap(Collections.synchronizedMap(new IdentityHashMap<>()));
    private volatile boolean made;
    private volatile @Nullable Thread receiving;

    /** What comes by a connection; called by one thread at a time, and returns quickly. */
    public interface Receiver {
        /**
         * A message.
         *
         * @param replyTo where an answer would go
         * @param unheard whether it says that nothing listened to a message whose {@code replyTo} this subject was
         */
        void received(String subject, @Nullable String replyTo, byte[] data, boolean unheard);

        /** The broker does not allow to publish, or to subscribe, to a subject. Called by any thread. */
        void denied(String subject);

        /** The connection has ended, once, and not by {@link #close}. Called by any thread. */
        void lost(String why);
    }

    /** What handles the messages of one subscription. */
    @FunctionalInterface
    public interface Handler {
        /** A message. */
        void received(String subject, @Nullable String replyTo, byte[] data);
    }

    private BrokerConnection(
            BrokerSettings settings, Receiver receiver, long timeoutNanos, Consumer<IpcException> onRefused)
            throws IOException, InterruptedException {
        this.settings = settings;
        this.receiver = receiver;
        this.onRefused = onRefused;
        Options options = options(timeoutNanos);
        try {
            if (settings.hasHostName()) {
                Descriptors.requireForLookup();
            }
            connection = Nats.connect(options);
        } catch (IOException | InterruptedException | RuntimeException e) {
            News.await();
            throw Failures.toConnect(settings, Redaction.of(settings, e), List.copyOf(heard));
        }
        subscriptions = Subscriptions.of(settings, connection, this::receive, heard);
        made = true;
        if (connection.getStatus() != Connection.Status.CONNECTED) {
            throw Failures.toConnect(settings, new IOException("it ended at once"), List.copyOf(heard));
        }
    }

    /**
     * Connects.
     *
     * @param timeoutNanos how long it may take for each address
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when no broker answers, {@code TIMEOUT}, {@code RESOURCE_EXHAUSTED},
     *     {@code AUTHENTICATION_FAILED}, {@code UNSUPPORTED} when the broker's limits are too low; nothing was sent
     */
    public static BrokerConnection open(BrokerSettings settings, Receiver receiver, long timeoutNanos) {
        CompletableFuture<BrokerConnection> opening = new CompletableFuture<>();
        Thread connecting =
                Threads.daemon("valise-nats-connect", () -> connect(settings, receiver, timeoutNanos, opening));
        Threads.start(connecting);
        try {
            return opening.join();
        } catch (CompletionException e) {
            connecting.interrupt(); // the client library may still wait
            if (e.getCause() instanceof IpcException known) {
                throw known;
            }
            throw new IllegalStateException("connecting to " + settings.shown(), e.getCause());
        }
    }

    private static void connect(
            BrokerSettings settings,
            Receiver receiver,
            long timeoutNanos,
            CompletableFuture<BrokerConnection> opening) {
        try {
            BrokerConnection opened =
                    new BrokerConnection(settings, receiver, timeoutNanos, opening::completeExceptionally);
            if (opened.maxPayload() < LEAST_PAYLOAD) {
                opening.completeExceptionally(new IpcException(
                        IpcStatus.UNSUPPORTED,
                        "NATS broker at " + settings.shown() + ": max_payload: limit=" + LEAST_PAYLOAD
                                + " bytes or more, actual=" + opened.maxPayload() + ": raise it in its configuration",
                        Delivery.NOT_SENT));
            }
            if (!opening.complete(opened)) {
                opened.close();
            }
        } catch (IOException | InterruptedException | RuntimeException e) { // the one who waits gets it
            opening.completeExceptionally(Redaction.of(settings, e));
        } catch (Error e) {
            opening.completeExceptionally(e);
        }
    }

    private Options options(long timeoutNanos) {
        Options.Builder options = new Options.Builder()
                .servers(settings.urls().toArray(String[]::new))
                .connectionName("valise " + ProcessHandle.current().pid())
                .connectionTimeout(Duration.ofNanos(timeoutNanos)) // for each of them
                .maxReconnects(0)
                .hostnameResolveMode(
                        Options.HostnameResolveMode.HappyEyeballs) // keeps the name, which the certificate is for
                .pingInterval(Duration.ZERO) // the links' own signs of life need no second timer
                .requestCleanupInterval(Duration.ZERO)
                .socketWriteTimeout((Duration) null)
                .maxMessagesInOutgoingQueue(0)
                .bufferSize(BUFFER)
                .statisticsCollector(writes)
                .executor(ClientThreads.orReject(THREADS))
                .connectExecutor(ClientThreads.orReject(THREADS))
                .callbackExecutor(News.HEARD)
                .connectionListener(this::happened)
                .errorListener(new Errors());
        if (settings.user() != null) {
            options.userInfo(settings.user(), settings.secret());
        } else if (settings.secret() != null) {
            options.token(settings.secret().toCharArray());
        }
        Path credentials = settings.credentials();
        if (credentials != null) {
            options.authHandler(Credentials.of(settings, credentials));
        }
        if (settings.isSecure()) {
            options.sslContext(NamedHosts.checking(tls(), this::inputEnded));
        }
        return options.build();
    }

    private SSLContext tls() {
        try {
            SSLContext given = settings.tls();
            return given == null ? SSLContext.getDefault() : given;
        } catch (NoSuchAlgorithmException e) {
            throw Failures.noTls(settings, e);
        }
    }

    /** What is thrown when time is up. */
    public static IpcException unanswered(BrokerSettings settings, @Nullable Throwable cause) {
        return unanswered(settings, "", cause);
    }

    /** As that, with the time that there was. */
    public static IpcException unanswered(BrokerSettings settings, long nanos, Throwable cause) {
        return unanswered(settings, String.format(Locale.ROOT, " (limit=%.1f s)", nanos / 1e9), cause);
    }

    private static IpcException unanswered(BrokerSettings settings, String limit, @Nullable Throwable cause) {
        return new IpcException(
                IpcStatus.TIMEOUT,
                "NATS broker at " + settings.shown() + ": no answer in time" + limit
                        + ": see whether it hangs or is cut off, or correct the address",
                Delivery.NOT_SENT,
                cause);
    }

    /** The broker's version. */
    public String version() {
        return connection.getServerInfo().getVersion();
    }

    /** The broker's own name. */
    public String serverName() {
        return connection.getServerInfo().getServerName();
    }

    /** The longest message that the broker takes, in bytes. */
    public int maxPayload() {
        return (int) Math.min(Integer.MAX_VALUE, connection.getMaxPayload());
    }

    /**
     * Sends a message. Does not block; what is on its way is bounded by the links. Where the connection has ended, nothing. The
     * client library drops a message of a thread that is interrupted just then, and says so to its listener.
     */
    public void publish(String subject, @Nullable String replyTo, byte[] data) {
        boolean interrupted = Thread.interrupted();
        try {
            boolean again = true;
            while (again) {
                connection.publish(subject, replyTo, data);
                boolean now = Thread.interrupted();
                interrupted |= now;
                again = now && wasDropped(data);
            }
        } catch (IllegalStateException ended) { // told by lost()
            LOG.log(Level.DEBUG, "not sent to " + subject, ended);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** How many writes to the broker there were. */
    public long writes() {
        return writes.count();
    }

    /** Runs a task once after the next write, on the thread that writes and holds the client library's lock: see {@link Writes}. */
    public void afterWrite(Runnable task) {
        writes.after(task);
    }

    private boolean wasDropped(byte[] data) {
        News.await();
        return dropped.remove(data);
    }

    /** Receives what is sent to a subject. */
    public void subscribe(String subject) {
        subscriptions.subscribe(subject);
    }

    /**
     * Receives what is sent to a subject, or its share where a group listens.
     *
     * @return ends it
     */
    public Runnable subscribe(String subject, String queue, Handler handler) {
        Runnable end = subscriptions.subscribe(subject, queue, message -> {
            receiving = Thread.currentThread();
            handler.received(message.getSubject(), message.getReplyTo(), dataOf(message));
        });
        return () -> {
            if (!over.get()) {
                end.run();
            }
        };
    }

    /** For tests, which refuse it a thread. */
    Subscriptions subscriptions() {
        return subscriptions;
    }

    /** Whether the broker has denied a subject; ask after an answer to something sent later has come. */
    public boolean isDenied(String subject) {
        News.await();
        return denied.contains(subject);
    }

    /** A subject is not used again: whether it was denied need not be remembered. */
    public void forgetDenied(String subject) {
        denied.remove(subject);
    }

    /** Whether messages have arrived that were not handled yet. */
    public boolean isBehind() {
        return subscriptions.isBehind();
    }

    /** Whether the calling thread is the one that receives, which must not wait for a message. */
    public boolean isReceiving() {
        return Thread.currentThread().equals(receiving);
    }

    /** Ends it without telling the receiver; returns at once. Idempotent. */
    public void close() {
        close(THREADS, again -> ReadinessLoop.shared().after(CLOSE_AGAIN_NANOS, again));
    }

    /**
     * As that, by a thread of these. A process that has none now has one later; if not even the timer can be started, the calling
     * thread closes the connection, which nothing else would.
     *
     * @param later runs a task later; may throw what {@link ReadinessLoop#shared} does
     */
    void close(Executor threads, Consumer<Runnable> later) {
        over.set(true);
        try {
            threads.execute(this::disconnect);
        } catch (OutOfMemoryError refused) {
            LOG.log(Level.DEBUG, "closing the connection to " + settings.shown(), refused);
            try {
                later.accept(() -> close(threads, later));
            } catch (IpcException noThread) {
                LOG.log(Level.DEBUG, "closing the connection to " + settings.shown(), noThread);
                disconnect();
            }
        }
    }

    private void disconnect() {
        Subscriptions.close(settings, connection);
    }

    /** Ends it as if the broker had. */
    public void giveUp(String why) {
        if (over.compareAndSet(false, true)) {
            receiver.lost(why);
        }
        close();
    }

    private void receive(Message message) {
        receiving = Thread.currentThread();
        boolean unheard = message.isStatusMessage() && message.getStatus().getCode() == NO_RESPONDERS;
        receiver.received(message.getSubject(), message.getReplyTo(), dataOf(message), unheard);
    }

    private static byte[] dataOf(Message message) {
        byte[] data = message.getData();
        return data == null ? new byte[0] : data;
    }

    private void happened(Connection which, ConnectionListener.Events event) {
        boolean ended = event == ConnectionListener.Events.DISCONNECTED || event == ConnectionListener.Events.CLOSED;
        if (ended && made && over.compareAndSet(false, true)) { // before, the constructor throws
            List<Exception> reasons = List.copyOf(heard);
            String why = reasons.isEmpty()
                    ? ""
                    : ": " + reasons.get(reasons.size() - 1).getMessage();
            News.tell(() ->
                    receiver.lost("the connection to the NATS broker at " + settings.shown() + " was lost" + why));
        }
    }

    /** The client library waits on until its time is up, and would try the other brokers of a cluster. */
    private void refused() {
        if (!made && settings.servers().size() == 1) {
            IpcException why = Failures.toConnect(settings, new IOException("it refused"), List.copyOf(heard));
            if (why.status() == IpcStatus.AUTHENTICATION_FAILED) {
                onRefused.accept(why);
            }
        }
    }

    /**
     * The input of a TLS connection has ended. An alert says why, and is told if the broker has said nothing else and time is not
     * up; a broker that restarts ends without one.
     */
    private void inputEnded(IOException how) {
        if (!made && how instanceof SSLException) {
            News.HEARD.execute(
                    () -> { // after what it has said before
                        if (heard.stream().allMatch(ConnectException.class::isInstance)) {
                            hear(new Failures.EndedAfterHandshake(how));
                            refused();
                        }
                    });
        }
    }

    private void hear(Exception e) {
        Exception safe = Redaction.of(settings, e);
        if (heard.size() < MOST_HEARD) {
            heard.add(safe);
        }
        LOG.log(Level.DEBUG, "NATS broker at " + settings.shown(), safe);
    }

    private final class Errors implements ErrorListener {
        @Override
        public void errorOccurred(Connection which, String error) {
            Matcher subject = DENIED.matcher(error);
            if (subject.find()) {
                if (denied.size() < MOST_DENIED) {
                    denied.add(subject.group(1));
                }
                News.tell(() -> receiver.denied(subject.group(1)));
            } else {
                hear(new IOException(error));
                refused();
            }
        }

        @Override
        public void exceptionOccurred(Connection which, Exception e) {
            hear(e);
            refused();
        }

        @Override
        public void messageDiscarded(Connection which, Message message) {
            dropped.add(message.getData());
        }

        @Override
        public void slowConsumerDetected(Connection which, io.nats.client.Consumer slow) {
            News.tell(() -> giveUp("the NATS client of this process dropped messages"));
        }
    }
}
