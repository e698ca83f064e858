package io.valise.ipc.services.catalog;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Finds the servers of this user: who serves which address, and what it offers. Every look asks the servers anew, all at
 * once, by their built-in service {@code valise.info}. Immutable and thread-safe.
 *
 * <pre>{@code
 * ServiceCatalog.ofThisUser().find("price").forEach(server -> System.out.println(server.endpoint()));
 * }</pre>
 */
public final class ServiceCatalog {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int AT_ONCE = 16;

    private final List<Transport> transports;
    private final Duration patience;

    private ServiceCatalog(List<Transport> transports, Duration patience) {
        this.transports = transports;
        this.patience = patience;
    }

    /** The servers of this user by every transport that {@link KnownTransports#find} finds; waits a second for each. */
    public static ServiceCatalog ofThisUser() {
        return new ServiceCatalog(KnownTransports.find().all(), PATIENCE);
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
        return new ServiceCatalog(transports, answerTime);
    }

    /** Every address that is served now, the fastest transports first, by name; those that did not answer say why. */
    public List<ServerStatus> list() {
        ExecutorService askers = Executors.newFixedThreadPool(AT_ONCE, ServiceCatalog::asker);
        try {
            List<CompletableFuture<ServerStatus>> answers = transports.stream()
                    .flatMap(ServiceCatalog::addresses)
                    .map(endpoint -> CompletableFuture.supplyAsync(() -> ask(endpoint), askers))
                    .toList();
            return answers.stream().map(CompletableFuture::join).toList();
        } finally {
            askers.shutdown();
        }
    }

    /** The addresses at which a server offers a service of that name now, the fastest transports first. */
    public List<ServerStatus> find(String service) {
        return list().stream()
                .filter(server -> server.services().contains(service))
                .toList();
    }

    private static Stream<Endpoint> addresses(Transport transport) {
        if (!transport.availability().available()) {
            return Stream.empty();
        }
        return transport.endpoints().stream().sorted(Comparator.comparing(Endpoint::name));
    }

    private ServerStatus ask(Endpoint endpoint) {
        try (IpcConnection connection = IpcClient.builder(endpoint.toString())
                .connectTimeout(patience)
                .requestTimeout(patience)
                .connect()) {
            return ServerStatus.of(endpoint, connection.request("valise.info", ValueSet.empty()));
        } catch (IpcException e) {
            return ServerStatus.silent(endpoint, e.status().toString());
        }
    }

    private static Thread asker(Runnable work) {
        Thread thread = new Thread(work, "valise-asker");
        thread.setDaemon(true);
        return thread;
    }
}
