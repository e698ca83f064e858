package io.valise.ipc.spring.shop;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcException;
import io.valise.ipc.Request;
import io.valise.ipc.spring.IpcHandler;
import io.valise.ipc.spring.IpcService;

/** Has a handler that runs until its server shuts down. */
@IpcService
class Orders {
    @IpcHandler("order")
    Quote order(Ask ask, Request request) {
        request.connection().send("ordering", ask);
        awaitShutdown(request.connection().endpoint());
        return new Quote(ask.symbol(), 1);
    }

    /** A shutdown begins with freeing the address. */
    private static void awaitShutdown(Endpoint server) {
        try {
            while (true) {
                IpcClient.connect(server).close();
            }
        } catch (IpcException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
        }
    }
}
