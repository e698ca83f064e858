package io.valise.examples.appservice;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.hosting.AppServiceHost;
import java.time.Duration;

/** A client that has the service started, or hosts it itself. */
public final class QuotesClient {
    private QuotesClient() {}

    /** Asks for a price; with the argument "inside" of a service in this process. */
    public static void main(String[] arguments) {
        if (arguments.length > 0) {
            askInside();
        } else {
            ask();
        }
    }

    private static void ask() {
        try (IpcConnection quotes = IpcClient.builder("any:quotes")
                .startIfAbsent(true) // by services/quotes.json, one process however many ask at once
                .connectTimeout(Duration.ofSeconds(20))
                .connect()) {
            System.out.println(quotes.request("price", ValueSet.of("symbol", "KRW/USD")));
        }
    }

    private static void askInside() {
        try (AppServiceHost host = AppServiceHost.inThisProcess("quotes", new Quotes());
                IpcConnection quotes = IpcClient.connect("local:quotes")) {
            System.out.println(host.endpoints() + " " + quotes.request("price", ValueSet.of("symbol", "KRW/USD")));
        }
    }
}
