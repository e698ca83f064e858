package io.valise.examples.appservice;

import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.hosting.AppService;
import io.valise.ipc.services.hosting.AppServiceHost;

/** An app service: what it offers, and the program that a manifest names. */
public final class Quotes implements AppService {
    @Override
    public void offer(IpcServer.Builder server) {
        server.service("price", request -> {
            String symbol = request.message().getString("symbol");
            return ValueSet.of("symbol", symbol, "bid", 101.25);
        });
    }

    /** Serves until it was unused for the idle time in its manifest. */
    public static void main(String[] arguments) throws InterruptedException {
        AppServiceHost.run("quotes", new Quotes());
    }
}
