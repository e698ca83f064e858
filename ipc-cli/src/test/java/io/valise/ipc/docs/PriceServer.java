package io.valise.ipc.docs;

import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import java.time.Duration;

/** The server of README.md, which quotes it word for word. */
final class PriceServer {
    private PriceServer() {}

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws InterruptedException {
        try (IpcServer server = IpcServer.builder("any:quotes") // every transport on the class path
                .service("price", request -> {
                    String symbol = request.message().getString("symbol");
                    return ValueSet.of("symbol", symbol, "bid", 101.25);
                })
                .closeOnExit(Duration.ofSeconds(5)) // SIGTERM, Ctrl-C: answers what runs, then closes
                .start()) {
            server.awaitClosed();
        }
    }
}
