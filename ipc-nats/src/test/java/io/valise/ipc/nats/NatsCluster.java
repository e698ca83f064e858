package io.valise.ipc.nats;

import io.valise.ipc.Endpoint;
import io.valise.ipc.testkit.process.FreePort;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Nats-servers of one cluster, with routes between each two. For one thread at a time. */
final class NatsCluster implements AutoCloseable {
    private final List<NatsServer> brokers = new ArrayList<>();

    private NatsCluster(List<Integer> ports) {
        String routes =
                ports.stream().map(port -> "\"nats://127.0.0.1:" + port + '"').collect(Collectors.joining(", "));
        for (int port : ports) {
            brokers.add(NatsServer.with(
                    "cluster {",
                    "name: valise",
                    "listen: \"127.0.0.1:" + port + '"',
                    "routes: [" + routes + "]", // that to itself is ignored
                    "}"));
        }
    }

    static NatsCluster ofThree() {
        return new NatsCluster(
                Stream.generate(FreePort::find).distinct().limit(3).toList());
    }

    /** The broker of a number, 0 to 2. */
    NatsServer at(int number) {
        return brokers.get(number);
    }

    /** The addresses of some brokers, as the setting has them. */
    String urls(int... numbers) {
        return IntStream.of(numbers).mapToObj(number -> at(number).url()).collect(Collectors.joining(","));
    }

    /** Connects to one of some brokers. */
    NatsTransport transport(int... numbers) {
        return new NatsTransport(NatsOptions.builder(urls(numbers).split(",")).build());
    }

    /** Waits until a broker knows of a server, which may be at another one. */
    void awaitServed(int number, Endpoint name) {
        while (!transport(number).endpoints().contains(name)) {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("broker " + number + " knows no server of " + name);
            }
        }
    }

    @Override
    public void close() {
        brokers.forEach(NatsServer::close);
    }
}
