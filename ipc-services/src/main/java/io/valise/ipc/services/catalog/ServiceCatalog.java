package io.valise.ipc.services.catalog;

import io.valise.ipc.Endpoint;
import io.valise.ipc.ValueSet;
import io.valise.ipc.runtime.KnownTransports;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the servers of this user, their addresses and services, and those that a client's request would start. Each
 * query reads the manifests and calls the servers' built-in service {@code valise.info} anew. Immutable and
 * thread-safe.
 *
 * <pre>{@code
 * ServiceCatalog.ofThisUser()
 *         .find("price")
 *         .forEach(server -> System.out.println(server.endpoint() + " " + server.state()));
 * }</pre>
 *
 * @since 0.1.0
 */
public final class ServiceCatalog {
    private static final Logger LOG = SafeLog.of(ServiceCatalog.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final int AT_ONCE = 16;

    private final List<Transport> transports;
    private final Duration timeout;
    private final boolean withStartable;
    /** What servers are asked by. */
    private final ValueSet question;

    private ServiceCatalog(List<Transport> transports, Duration timeout, boolean withStartable, ValueSet question) {
        this.transports = transports;
        this.timeout = timeout;
        this.withStartable = withStartable;
        this.question = question;
    }

    /** The servers of this user by every transport that {@link KnownTransports#find} finds; waits a second for each. */
    public static ServiceCatalog ofThisUser() {
        return new ServiceCatalog(KnownTransports.find().ofThisMachine(), TIMEOUT, true, ValueSet.empty());
    }

    /**
     * The servers of other accounts, and of this one, at {@code system:} addresses, as far as this user may connect to them;
     * waits a second for each. They are in no catalog unless asked for: what one of them is told, another account knows.
     */
    public static ServiceCatalog systemWide() {
        return new ServiceCatalog(KnownTransports.find().systemWide(), TIMEOUT, false, ValueSet.empty());
    }

    /** This catalog with the servers of {@link #systemWide()} behind its own. */
    public ServiceCatalog withSystemWide() {
        List<Transport> all = Stream.concat(transports.stream(), KnownTransports.find().systemWide().stream())
                .toList();
        return new ServiceCatalog(all, timeout, withStartable, question);
    }

    /**
     * This catalog with another time to wait for a server's answer.
     *
     * @param answerTime positive
     * @throws IllegalArgumentException when it is not
     */
    public ServiceCatalog waiting(Duration answerTime) {
        if (answerTime.isNegative() || answerTime.isZero()) {
            throw new IllegalArgumentException("time to wait for an answer: must be positive, actual=" + answerTime);
        }
        return new ServiceCatalog(transports, answerTime, withStartable, question);
    }

    /**
     * This catalog, whose queries ask servers to measure how long their requests take, for the next minute; {@link
     * ServerStatus#latencies()} has it from the second query on. Other servers than those of this library, and older ones,
     * answer as before.
     */
    public ServiceCatalog measuringLatency() {
        return new ServiceCatalog(transports, timeout, withStartable, ValueSet.of("latency", true));
    }

    /** Every address that is served now, as {@link #running}, then every one at which a server can be started. */
    public List<ServerStatus> list() {
        List<ServerStatus> running = running();
        return withStartable
                ? Stream.concat(running.stream(), Startable.besides(running).stream())
                        .toList()
                : running;
    }

    /** Every address that is served now, the fastest transports first, by name; those that did not answer say why. */
    public List<ServerStatus> running() {
        ExecutorService askers = Threads.pool("valise-asker", AT_ONCE);
        try {
            List<Endpoint> addresses =
                    transports.stream().flatMap(ServiceCatalog::addresses).toList();
            // All connect before any asks: so each server counts exactly as many connections of this query as it gives
            // answers.
            List<Probe> probes = all(addresses, address -> Probe.connect(address, timeout), askers);
            List<ServerStatus> answers = ask(probes, askers);
            all(probes, Probe::close, askers);
            return answers.stream().map(each -> each.withoutProbes(answers)).toList();
        } finally {
            askers.shutdown();
        }
    }

    /** Where a service of that name is offered: by servers that are alive, the fastest transports first, then by startable ones. */
    public List<ServerStatus> find(String service) {
        return list().stream()
                .filter(server -> server.services().contains(service))
                .toList();
    }

    private static Stream<Endpoint> addresses(Transport transport) {
        if (!Availability.of(transport).available()) {
            return Stream.empty();
        }
        try {
            return transport.endpoints().stream().sorted(Comparator.comparing(Endpoint::name));
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the servers of " + transport.scheme() + ": cannot be listed: " + e.getMessage(), e);
            return Stream.empty();
        }
    }

    /**
     * Addresses of one name, most likely of one server, are asked one after the other: then each answer counts the same
     * connections of this query every time.
     */
    private List<ServerStatus> ask(List<Probe> probes, ExecutorService askers) {
        Map<String, List<Probe>> byName = probes.stream()
                .collect(Collectors.groupingBy(probe -> probe.endpoint().name()));
        Map<Endpoint, ServerStatus> answers = all(
                        List.copyOf(byName.values()),
                        group ->
                                group.stream().map(probe -> probe.ask(question)).toList(),
                        askers)
                .stream()
                .flatMap(List::stream)
                .collect(Collectors.toMap(ServerStatus::endpoint, Function.identity(), (one, same) -> one));
        return probes.stream()
                .map(probe -> Objects.requireNonNull(answers.get(probe.endpoint())))
                .toList();
    }

    private static <T, R> List<R> all(List<T> items, Function<T, R> action, ExecutorService workers) {
        List<CompletableFuture<R>> results = items.stream()
                .map(item -> CompletableFuture.supplyAsync(() -> action.apply(item), workers))
                .toList();
        return results.stream().map(CompletableFuture::join).toList();
    }
}
