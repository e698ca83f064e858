package io.valise.examples.machines;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import java.time.Duration;

/** Asks a {@link QuoteServer} at the address in the variable {@code QUOTES_ADDRESS}. */
public final class QuoteClient {
    private QuoteClient() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        try (IpcConnection quotes = IpcClient.builder(System.getenv("QUOTES_ADDRESS"))
                .identity(AppIdentity.open("acme", "reader"))
                .connectTimeout(Duration.ofSeconds(30)) // the other machine may be busy, or far
                .reconnect(ReconnectPolicy.standard().idempotent("price"))
                .connect()) {
            ValueSet reply = quotes.request("price", ValueSet.of("symbol", "KRW/USD"));
            System.out.println(reply.getString("symbol") + " " + reply.getDouble("bid") + " from " + quotes.endpoint());
        }
    }
}
