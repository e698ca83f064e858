package io.valise.examples.objects;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.services.objects.RemoteObjects;
import java.time.Duration;

/** A process that calls a counter in another, and is called by it. */
public final class CounterClient {
    private CounterClient() {}

    /** Counts three times. */
    public static void main(String[] arguments) {
        try (IpcConnection connection = IpcClient.builder("any:counters")
                .startIfAbsent(true)
                .connectTimeout(Duration.ofSeconds(20))
                .connect()) {
            count(connection);
        }
    }

    private static void count(IpcConnection connection) {
        Counters counters = RemoteObjects.of(connection).remote(Counters.class);
        try (Counter counter = counters.make("visits")) {
            System.out.println(counter.increment());
            counter.tell(count -> System.out.println("told of " + count.value()));
            counter.increment();
            counter.incrementLater()
                    .thenAccept(System.out::println)
                    .toCompletableFuture()
                    .join();
        } // the server can forget this counter now
    }
}
