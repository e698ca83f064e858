package io.valise.ipc.cli.servers;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** Asks every server of this user who it is. Immutable and thread-safe. */
public final class LiveServers {
    private static final int AT_ONCE = 16;

    private final List<Transport> transports;
    private final Duration patience;

    /** Looks on these transports, and waits so long for each answer. */
    public LiveServers(List<Transport> transports, Duration patience) {
        this.transports = transports;
        this.patience = patience;
    }

    /** The servers, by transport and name. */
    public List<ServerStatus> look() {
        ExecutorService askers = Executors.newFixedThreadPool(AT_ONCE, LiveServers::asker);
        try {
            List<CompletableFuture<ServerStatus>> answers = transports.stream()
                    .flatMap(LiveServers::addresses)
                    .map(endpoint -> CompletableFuture.supplyAsync(() -> ask(endpoint), askers))
                    .toList();
            return answers.stream().map(CompletableFuture::join).toList();
        } finally {
            askers.shutdown();
        }
    }

    private static Stream<Endpoint> addresses(Transport transport) {
        if (!transport.availability().available()) {
            return Stream.empty();
        }
        return transport.endpoints().stream().sorted(java.util.Comparator.comparing(Endpoint::name));
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
        Thread thread = new Thread(work, "ipc-asker");
        thread.setDaemon(true);
        return thread;
    }
}
