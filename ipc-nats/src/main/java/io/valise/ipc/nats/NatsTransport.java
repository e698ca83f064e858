package io.valise.ipc.nats;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.nats.broker.BrokerSettings;
import io.valise.ipc.nats.connect.Dial;
import io.valise.ipc.nats.connect.Examination;
import io.valise.ipc.nats.connect.Listing;
import io.valise.ipc.nats.connect.NatsListener;
import io.valise.ipc.nats.connect.Served;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.FoundServer;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * {@code nats:}, connections between machines over a NATS broker that others operate. A name may have several servers: the
 * broker shares the clients out among them, and the others go on when one ends. {@code any:} never means it, and a server on
 * it says who may call, by {@code access(..)} or {@code identity(..)}.
 *
 * <p>What NATS does not promise is added: nothing is lost silently, as a loss ends the link, and no more is on its way to a
 * process than it has room for. All servers and clients of a process with equal options share one connection to the broker,
 * and three threads. When that is lost, its links end, servers come back by themselves as soon as there is a broker, and
 * clients do so by their {@code ReconnectPolicy}. Thread-safe.
 *
 * @since 0.1.0
 */
public final class NatsTransport implements Transport {
    /** The scheme, {@value}. */
    public static final String SCHEME = "nats";

    private static final SafeLog LOG = SafeLog.of(NatsTransport.class);
    private static final int ORDER = 90;

    private static final long LISTING_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Optional<NatsOptions> given;
    private final String server;

    /** By {@link NatsOptions#ofSettings()}, which are read when they are needed. Costs nothing. */
    public NatsTransport() {
        this(Optional.empty(), "");
    }

    /** By these options; pass it to a builder's {@code transport(..)}. */
    public NatsTransport(NatsOptions options) {
        this(Optional.of(options), "");
    }

    /** One that connects with this server of a name alone; with any where that is empty. */
    private NatsTransport(Optional<NatsOptions> given, String server) {
        this.given = given;
        this.server = server;
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public Reach reach() {
        return Reach.NETWORK;
    }

    /** Whether a broker is configured; whether it answers shows when it is asked. */
    @Override
    public Availability availability() {
        try {
            return options()
                    .map(options ->
                            Availability.yes("by NATS at " + options.settings().shown()))
                    .orElseGet(() -> Availability.no("no NATS broker is configured: set valise.nats.url or"
                            + " VALISE_NATS_URL, such as nats://127.0.0.1:4222, or pass new NatsTransport(options)"));
        } catch (IllegalArgumentException malformed) {
            return Availability.no(String.valueOf(malformed.getMessage()), malformed);
        }
    }

    private Optional<NatsOptions> options() {
        return given.isPresent() ? given : NatsOptions.ofSettings();
    }

    private BrokerSettings settings(Endpoint endpoint) {
        if (!endpoint.scheme().equals(SCHEME)) {
            throw new IllegalArgumentException("endpoint: expected scheme nats, actual=" + endpoint);
        }
        return settings();
    }

    private BrokerSettings settings() {
        Availability here = availability();
        if (!here.available()) {
            throw here.refusal();
        }
        return options().orElseThrow().settings();
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        return NatsListener.open(settings(endpoint), endpoint, acceptor);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        if (timeoutNanos <= 0) {
            throw new IllegalArgumentException("connect timeout: must be positive, actual=" + timeoutNanos + " ns");
        }
        return Dial.connect(settings(endpoint), endpoint, server, timeoutNanos);
    }

    /** Asks all processes at the broker, and waits a second at most for the first answer, about as long for more. */
    @Override
    public List<Endpoint> endpoints() {
        try {
            return Listing.servers(settings(), LISTING_NANOS).stream()
                    .map(Served::name)
                    .distinct()
                    .map(name -> new Endpoint(SCHEME, name))
                    .toList();
        } catch (IpcException e) {
            LOG.log(Level.DEBUG, "no names at a NATS broker", e);
            return List.of();
        }
    }

    /**
     * Asks all processes at the broker, as {@link #endpoints}. Each server of a name is there by itself; those whose users may
     * not subscribe to {@code valise.d} are there as one. A server that is there by itself is {@code ACCESS_DENIED} when a
     * user connects to it who may not publish to {@code valise.d}. Any process may answer, so that no more than a thousand
     * servers are taken.
     *
     * @throws IpcException as the interface says; {@code TIMEOUT} also when processes serve and none answers
     * @since 0.2.0
     */
    @Override
    public List<FoundServer> servers(long timeoutNanos) {
        BrokerSettings settings = settings();
        Optional<NatsOptions> same = options();
        return Listing.servers(settings, timeoutNanos).stream()
                .map(found -> new FoundServer(new Endpoint(SCHEME, found.name()), new NatsTransport(same, found.id())))
                .toList();
    }

    /**
     * Tries the broker: connects by the options, and finds out what it lets this process do. No name is served, and no
     * server called; processes that serve are asked for their names.
     *
     * @param timeout how long it may take, positive
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when no broker answers, {@code TIMEOUT}, {@code AUTHENTICATION_FAILED},
     *     {@code ACCESS_DENIED} when the broker does not even allow this process its own inbox, {@code UNSUPPORTED} when no
     *     broker is configured, its limits are too low or this JVM cannot use TLS, {@code RESOURCE_EXHAUSTED} when this
     *     process has no descriptor or thread for a connection, {@code CANCELLED} when the thread is interrupted; the reason
     *     says what to do
     * @throws IllegalArgumentException when the timeout is not positive
     * @since 0.2.0
     */
    public BrokerReport examine(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout: must be positive, actual=" + timeout);
        }
        BrokerSettings settings = settings();
        Examination found = Examination.of(settings, TimeUnit.NANOSECONDS.convert(timeout));
        return new BrokerReport(
                found.version(),
                found.name(),
                settings.name(),
                Duration.ofNanos(found.roundTripNanos()),
                found.maxPayload(),
                found.mayList(),
                found.mayServe());
    }
}
