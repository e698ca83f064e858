package io.valise.examples.context;

import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Reply;
import io.valise.ipc.ValueSet;
import java.time.Duration;

/** Takes orders, and asks another process for each; a customer of it in the same process gives it an order. */
public final class OrderDesk {
    private OrderDesk() {}

    /** The log context and the deadline of an order go on to the stock. */
    static IpcConnection stock() {
        return IpcClient.builder("pipe:context-stock")
                .interceptCalls(LogContext.sent())
                .interceptCalls(Interceptor.handingOnDeadlines())
                .connect();
    }

    static IpcServer serve(IpcConnection stock) {
        return IpcServer.builder("local:context-desk")
                .interceptHandlers(LogContext.received())
                .service("order", request -> {
                    Reply found = stock.call("count").exchange(request.message());
                    LogContext.log("found " + found.message().getInt("count") + " at a cost of "
                            + found.metadata().getInt("cost"));
                    return found.message();
                })
                .start();
    }

    public static void main(String[] arguments) {
        try (IpcConnection stock = stock();
                IpcServer desk = serve(stock);
                IpcConnection customer = IpcClient.builder(desk.endpoints().get(0))
                        .interceptCalls(LogContext.sent())
                        .connect()) {
            LogContext.set(arguments[0]);
            ValueSet answer = customer.request("order", ValueSet.of("item", "book"), Duration.ofSeconds(20));
            boolean handedOn = answer.getDuration("left").compareTo(Duration.ofSeconds(20)) <= 0;
            LogContext.log("deadline handed on: " + handedOn);
        }
    }
}
