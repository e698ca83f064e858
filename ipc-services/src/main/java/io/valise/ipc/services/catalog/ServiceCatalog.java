package io.valise.ipc.services.catalog;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcException;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.runtime.KnownTransports;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the servers of this user, their addresses and services, and those that a client's request would start. Each
 * query reads the manifests and calls the servers' built-in service {@code valise.info} anew, all servers at the same time.
 * Nothing leaves this machine unless {@link #withNetworks} or {@link #withNetwork} says so. Immutable and thread-safe.
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
    private final List<Source> sources;
    private final boolean withStartable;
    private final Question question;

    private ServiceCatalog(List<Source> sources, boolean withStartable, Question question) {
        this.sources = sources;
        this.withStartable = withStartable;
        this.question = question;
    }

    /** The servers of this user by every transport that {@link KnownTransports#find} finds; waits a second for them. */
    public static ServiceCatalog ofThisUser() {
        return new ServiceCatalog(Source.of(KnownTransports.find().ofThisMachine()), true, Question.plain());
    }

    /**
     * The servers of other accounts, and of this one, at {@code system:} addresses, as far as this user may connect to them;
     * waits a second for them. They are in no catalog unless asked for: what one of them is told, another account knows.
     */
    public static ServiceCatalog systemWide() {
        return new ServiceCatalog(Source.of(KnownTransports.find().systemWide()), false, Question.plain());
    }

    /** This catalog with the servers of {@link #systemWide()} behind its own. */
    public ServiceCatalog withSystemWide() {
        return with(Source.of(KnownTransports.find().systemWide()), question);
    }

    /**
     * This catalog with the servers on other machines behind its own: those of every transport that {@link KnownTransports#find}
     * finds and that reaches other machines, as its settings say, such as {@code valise.nats.url}. Where several servers share a
     * name, each is there. Servers are asked for their {@link ServerStatus#host()}.
     *
     * @param unlisted is given the error of each of these transports whose servers cannot be listed, as {@link
     *     Transport#servers} throws it, by the thread of the query; the other servers are listed all the same;
     *     {@code UNSUPPORTED} where there is no such transport
     * @since 0.2.0
     */
    public ServiceCatalog withNetworks(Consumer<? super IpcException> unlisted) {
        List<Transport> networks = KnownTransports.find().ofNetworks();
        ServiceCatalog widened = this;
        for (Transport network : networks.isEmpty() ? List.of(new NoNetwork()) : networks) {
            widened = widened.withNetwork(network, unlisted);
        }
        return widened;
    }

    /**
     * As {@link #withNetworks}, by one transport with its own options, such as {@code new NatsTransport(options)}.
     *
     * @param network reaches other machines
     * @param unlisted is given the error when its servers cannot be listed, by the thread of the query
     * @throws IllegalArgumentException when it stays on this machine
     * @since 0.2.0
     */
    public ServiceCatalog withNetwork(Transport network, Consumer<? super IpcException> unlisted) {
        Source source = new Source(network, unlisted);
        if (!source.isOfNetwork()) {
            throw new IllegalArgumentException("transport " + network.scheme() + ": must reach other machines");
        }
        return with(List.of(source), question.with("host"));
    }

    private ServiceCatalog with(List<Source> more, Question asking) {
        List<Source> all = Stream.concat(sources.stream(), more.stream()).toList();
        return new ServiceCatalog(all, withStartable, asking);
    }

    /**
     * This catalog with another time to wait for the servers' answers: all are asked at the same time.
     *
     * @param answerTime positive
     * @throws IllegalArgumentException when it is not
     */
    public ServiceCatalog waiting(Duration answerTime) {
        if (answerTime.isNegative() || answerTime.isZero()) {
            throw new IllegalArgumentException("time to wait for an answer: must be positive, actual=" + answerTime);
        }
        return with(List.of(), question.waiting(answerTime));
    }

    /**
     * This catalog, whose queries prove to be made by an application, as {@link IpcClient.Builder#identity} does. A server
     * whose policy or loopback access rules admit that application answers; one that does not admit it is {@link
     * ServerStatus.State#SILENT} with the problem {@code ACCESS_DENIED}. Every server that is asked is told the
     * application: those of this machine, of other accounts and on other machines. Replaces the identity set before.
     *
     * @param application who asks; not null
     * @throws NullPointerException when it is null
     * @since 0.2.0
     */
    public ServiceCatalog withIdentity(AppIdentity application) {
        return with(List.of(), question.by(application));
    }

    /**
     * This catalog, whose queries ask servers to measure how long their requests take, for the next minute; {@link
     * ServerStatus#latencies()} has it from the second query on. Other servers than those of this library, and older ones,
     * answer as before.
     */
    public ServiceCatalog measuringLatency() {
        return with(List.of(), question.with("latency"));
    }

    /** Every address that is served now, as {@link #running}, then every one at which a server can be started. */
    public List<ServerStatus> list() {
        List<ServerStatus> running = running();
        return withStartable
                ? Stream.concat(running.stream(), Startable.besides(ofThisMachine(running)).stream())
                        .toList()
                : running;
    }

    /** A client's request starts a server here even where another machine has one of that name. */
    private List<ServerStatus> ofThisMachine(List<ServerStatus> running) {
        Set<String> networks = sources.stream()
                .filter(Source::isOfNetwork)
                .map(source -> source.transport().scheme())
                .collect(Collectors.toSet());
        return running.stream()
                .filter(server -> !networks.contains(server.endpoint().scheme()))
                .toList();
    }

    /** Every address that is served now, the fastest transports first, by name; those that did not answer say why. */
    public List<ServerStatus> running() {
        return new Look(question).at(sources);
    }

    /** Where a service of that name is offered: by servers that are alive, the fastest transports first, then by startable ones. */
    public List<ServerStatus> find(String service) {
        return list().stream()
                .filter(server -> server.services().contains(service))
                .toList();
    }
}
