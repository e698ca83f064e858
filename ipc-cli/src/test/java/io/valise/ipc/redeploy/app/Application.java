package io.valise.ipc.redeploy.app;

import io.valise.ipc.GenericType;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;

/** Uses the library in each of its ways, over each of its addresses, and closes all of it. */
public final class Application implements Callable<String> {
    private static final int CALLS = 40;
    private static final String ECHO = "echo";
    private static final String LATER = "later";
    private static final String ITEMS = "items";
    private static final String TOLD = "told";
    private static final String MARKS = "marks";

    record Ask(int count, Optional<State> state) {}

    record Page<T>(List<T> items, Map<String, State> states) {}

    record Marks(Page<Mark> page) {}

    sealed interface Mark permits Circle, Square {}

    record Circle(double radius) implements Mark {}

    record Square(double side) implements Mark {}

    enum State {
        OPEN,
        CLOSED
    }

    private static final GenericType<Page<Mark>> PAGE = new GenericType<>() {};

    private final List<String> addresses;

    /** @param addresses to serve and to connect to */
    public Application(List<String> addresses) {
        this.addresses = addresses;
    }

    @Override
    public String call() throws Exception {
        for (String address : addresses) {
            CountDownLatch told = new CountDownLatch(3);
            CountDownLatch disconnected = new CountDownLatch(1);
            try (IpcServer server = server(address, told, disconnected)) {
                try (IpcConnection client = client(address, told)) {
                    use(client);
                    server.broadcast(TOLD, number(0));
                    await(told);
                }
                await(disconnected);
            }
            new Services(address).use();
        }
        return "used " + addresses;
    }

    private static IpcServer server(String address, CountDownLatch told, CountDownLatch disconnected) {
        return IpcServer.builder(address)
                .service(ECHO, Request::message)
                .service(MARKS, Ask.class, Marks.class, Application::marks)
                .asyncService(LATER, request -> CompletableFuture.supplyAsync(request::message, Runnable::run))
                .stream(ITEMS, request -> items())
                .onEvent(TOLD, event -> told.countDown())
                .onConnect(connection -> connection.send(TOLD, number(1)))
                .onDisconnect((connection, reason) -> disconnected.countDown())
                .closeOnExit(Duration.ofSeconds(1))
                .start();
    }

    private static IpcConnection client(String address, CountDownLatch told) {
        return IpcClient.builder(address)
                .reconnect(ReconnectPolicy.standard())
                .onEvent(TOLD, event -> told.countDown())
                .connect();
    }

    private static void use(IpcConnection client) throws Exception {
        for (int i = 0; i < CALLS; i++) {
            client.request(ECHO, number(i));
            client.requestAsync(LATER, number(i)).get(10, TimeUnit.SECONDS);
        }
        useRecords(client);
        client.request(ECHO, ValueSet.of("bytes", new byte[300_000]));
        client.send(TOLD, number(2));
        Items items = new Items();
        client.stream(ITEMS, number(0)).subscribe(items);
        await(items.complete);
    }

    /** Compares numbers, since the JDK keeps the class of the record whose {@code equals} was called last. */
    private static void useRecords(IpcConnection client) throws Exception {
        for (int i = 0; i < CALLS; i++) {
            Ask ask = new Ask(i, Optional.of(State.OPEN));
            Page<Mark> page = client.request(MARKS, ask, Marks.class).page();
            Marks later = client.requestAsync(MARKS, ask, Marks.class).get(10, TimeUnit.SECONDS);
            Page<Mark> again = ValueSet.from(page, PAGE).to(PAGE);
            if (radius(page) != i || radius(later.page()) != i || radius(again) != i) {
                throw new IllegalStateException("radius: expected=" + i + ", actual=" + radius(page) + ", "
                        + radius(later.page()) + ", " + radius(again));
            }
        }
    }

    private static double radius(Page<Mark> page) {
        return page.items().get(0) instanceof Circle circle && page.states().get("state") == State.OPEN
                ? circle.radius()
                : -1;
    }

    private static Marks marks(Ask ask) {
        return new Marks(new Page<>(
                List.of(new Circle(ask.count()), new Square(1)),
                Map.of("state", ask.state().orElseThrow())));
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
