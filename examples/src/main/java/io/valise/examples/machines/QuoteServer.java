package io.valise.examples.machines;

import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;

/**
 * Serves quotes at the address in the variable {@code QUOTES_ADDRESS}, such as {@code shm:quotes} or {@code nats:quotes}, to
 * applications of its own publisher. For {@code nats:}, {@code VALISE_NATS_URL} says where the broker is.
 */
public final class QuoteServer {
    private QuoteServer() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) throws InterruptedException {
        try (IpcServer server = IpcServer.builder(System.getenv("QUOTES_ADDRESS"))
                .identity(AppIdentity.open("acme", "quotes")) // who may call, too: others of acme
                .service("price", request -> {
                    String symbol = request.message().getString("symbol");
                    return ValueSet.of("symbol", symbol, "bid", 101.25);
                })
                .start()) {
            System.out.println("serving " + server.endpoints());
            server.awaitClosed();
        }
    }
}
