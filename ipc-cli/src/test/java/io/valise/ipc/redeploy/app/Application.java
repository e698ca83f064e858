package io.valise.ipc.redeploy.app;

import io.valise.ipc.Event;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;

/** Uses the library in each of its ways, over one address, and closes all of it. */
public final class Application implements Callable<String> {
    private static final int CALLS = 40;
    private static final String ECHO = "echo";
    private static final String TOLD = "told";

    private final String address;
    private final CountDownLatch told = new CountDownLatch(3);
    private final CountDownLatch disconnected = new CountDownLatch(1);

    /** @param address to serve and to connect to */
    public Application(String address) {
        this.address = address;
    }

    @Override
    public String call() throws Exception {
        try (IpcServer server = server()) {
            try (IpcConnection client = client()) {
                use(client);
                server.broadcast(TOLD, number(0));
                await(told);
            }
            await(disconnected);
        }
        return "used " + address;
    }

    private IpcServer server() {
        return IpcServer.builder(address)
                .service(ECHO, Request::message)
                .asyncService("later", request -> CompletableFuture.supplyAsync(request::message, Runnable::run))
                .stream("items", request -> items())
                .onEvent(TOLD, this::told)
                .onConnect(connection -> connection.send(TOLD, number(1)))
                .onDisconnect((connection, reason) -> disconnected.countDown())
                .closeOnExit(Duration.ofSeconds(1))
                .start();
    }

    private IpcConnection client() {
        return IpcClient.builder(address)
                .reconnect(ReconnectPolicy.standard())
                .onEvent(TOLD, this::told)
                .connect();
    }

    private void use(IpcConnection client) throws Exception {
        for (int i = 0; i < CALLS; i++) {
            client.request(ECHO, number(i));
            client.requestAsync("later", number(i)).get(10, TimeUnit.SECONDS);
        }
        client.request(ECHO, ValueSet.of("bytes", new byte[300_000]));
        client.send(TOLD, number(2));
        Items items = new Items();
        client.stream("items", number(0)).subscribe(items);
        await(items.complete);
    }

    private static ValueSet number(int number) {
        return ValueSet.of("number", number);
    }

    private static Flow.Publisher<ValueSet> items() {
        SubmissionPublisher<ValueSet> publisher = new SubmissionPublisher<>(Runnable::run, 16);
        return subscriber -> {
            publisher.subscribe(subscriber);
            List.of(1, 2, 3).forEach(each -> publisher.submit(number(each)));
            publisher.close();
        };
    }

    private void told(Event event) {
        event.message().getInt("number");
        told.countDown();
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("waited 20 s in vain");
        }
    }

    /** Takes all items. */
    private static final class Items implements Flow.Subscriber<ValueSet> {
        private final CountDownLatch complete = new CountDownLatch(1);

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ValueSet item) {
            item.getInt("number");
        }

        @Override
        public void onError(Throwable failure) {
            throw new IllegalStateException(failure);
        }

        @Override
        public void onComplete() {
            complete.countDown();
        }
    }
}
