package io.valise.ipc.services.catalog;

import io.valise.ipc.IpcServer;
import io.valise.ipc.testkit.process.CommandLoop;
import java.util.Arrays;

/** A server process for {@link ServiceCatalogTest}: it offers the service named first at the addresses named after it. */
final class CatalogServer {
    private CatalogServer() {}

    public static void main(String[] arguments) {
        String[] endpoints = Arrays.copyOfRange(arguments, 1, arguments.length);
        try (IpcServer server = IpcServer.builder(endpoints)
                .service(arguments[0], request -> request.message())
                .start()) {
            CommandLoop.run((command, words) -> String.valueOf(server.endpoints()));
        }
    }
}
