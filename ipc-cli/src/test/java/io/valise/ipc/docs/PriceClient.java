package io.valise.ipc.docs;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import java.time.Duration;

/** The clients of README.md, which quotes them word for word. */
final class PriceClient {
    private PriceClient() {}

    /** Asks for a price. */
    public static void main(String[] arguments) {
        try (IpcConnection quotes = IpcClient.connect("any:quotes")) { // shm, else pipe, else loopback
            ValueSet reply = quotes.request("price", ValueSet.of("symbol", "KRW/USD"));
            System.out.println(reply.getString("symbol") + " " + reply.getDouble("bid"));
        }
    }

    /** Says how it wants to be treated. */
    static void choosy() {
        try (IpcConnection quotes = IpcClient.builder("pipe:quotes")
                .requestTimeout(Duration.ofSeconds(2))
                .reconnect(ReconnectPolicy.standard().idempotent("price")) // repeats these, and what no handler saw
                .onEvent("halted", event -> System.out.println(event.message().getString("symbol")))
                .connect()) {
            quotes.requestAsync("price", ValueSet.of("symbol", "KRW/USD"))
                    .thenAccept(reply -> System.out.println(reply.getDouble("bid")))
                    .join();
            quotes.send("seen", ValueSet.of("symbol", "KRW/USD")); // one-way, in order
            quotes.request("prize", ValueSet.empty());
        } catch (IpcException e) { // SERVICE_NOT_FOUND, REJECTED: no handler saw it
            System.out.println(e.status() + ", " + e.delivery());
        }
    }
}
