package io.valise.examples.context;

import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;

/** Knows what there is, and logs for which request it was asked. */
public final class StockServer {
    private StockServer() {}

    static IpcServer serve() {
        return IpcServer.builder("pipe:context-stock")
                .interceptHandlers(LogContext.received())
                .service("count", request -> {
                    LogContext.log("count " + request.message().getString("item"));
                    request.replyMetadata(ValueSet.of("cost", 3));
                    return ValueSet.of("count", 7, "left", request.remaining().orElseThrow());
                })
                .start();
    }

    public static void main(String[] arguments) throws InterruptedException {
        try (IpcServer server = serve()) {
            System.out.println("serving count");
            server.awaitClosed();
        }
    }
}
