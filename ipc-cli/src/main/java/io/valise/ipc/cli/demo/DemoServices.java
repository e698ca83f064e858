package io.valise.ipc.cli.demo;

import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A server with the services that the steps call. Thread-safe. */
final class DemoServices {
    private volatile @Nullable IpcServer server;

    private DemoServices() {}

    /** Starts a server of its own at an address. */
    static IpcServer start(String endpoint, WaitStrategy strategy) {
        DemoServices services = new DemoServices();
        IpcServer server = IpcServer.builder(endpoint)
                .waitStrategy(strategy)
                .service("echo", request -> request.message())
                .service("hang", DemoServices::hang)
                .service("tell-all", services::tellAll)
                .stream("count", request -> new Numbers(request.message().getInt("to")))
                .onEvent("note", event -> event.connection().send("noted", event.message()))
                .start();
        services.server = server;
        return server;
    }

    /** Tells the caller that it has begun, and replies only when the caller has cancelled or is gone. */
    private static ValueSet hang(Request request) throws InterruptedException {
        CountDownLatch cancelled = new CountDownLatch(1);
        request.onCancel(cancelled::countDown);
        request.connection().closed().thenRun(cancelled::countDown);
        request.connection().send("hanging", ValueSet.empty());
        cancelled.await();
        return ValueSet.empty();
    }

    private ValueSet tellAll(Request request) {
        IpcServer started = server;
        if (started == null) {
            throw new IllegalStateException("asked to tell all before the server began");
        }
        started.broadcast("news", request.message());
        return ValueSet.empty();
    }
}
