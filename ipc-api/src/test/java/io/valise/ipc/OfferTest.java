package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.BiConsumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an end offers: by its builder, and on one connection after it was made. */
class OfferTest {
    private final BlockingQueue<IpcConnection> clients = new LinkedBlockingQueue<>();
    private final IpcServer server = serve();

    private IpcServer serve() {
        return IpcServer.builder("local:offers")
                .service("name", request -> ValueSet.of("name", "of the server"))
                .onConnect(clients::add)
                .start();
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void aClientOffersAtAnyTimeWhatItsServerCalls() throws Exception {
        try (IpcConnection client = IpcClient.connect("local:offers")) {
            IpcConnection seen = clients.take();
            assertThatThrownBy(() -> seen.request("double", ValueSet.of("n", 2)))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.SERVICE_NOT_FOUND));
            client.service(
                    "double", request -> ValueSet.of("n", 2 * request.message().getInt("n")));
            client.asyncService("later", request -> CompletableFuture.supplyAsync(request::message));
            client.stream("numbers", request -> subscriber -> numbers(subscriber));

            assertThat(seen.request("double", ValueSet.of("n", 2)).getInt("n")).isEqualTo(4);
            assertThat(seen.request("later", ValueSet.of("n", 2)).getInt("n")).isEqualTo(2);
            CompletableFuture<Long> sum = new CompletableFuture<>();
            seen.stream("numbers", ValueSet.empty()).subscribe(new Sum(sum));
            assertThat(sum.get()).isEqualTo(3);
        }
    }

    @Test
    void aServerOffersOneClientMoreThanTheOthers() throws Exception {
        try (IpcConnection first = IpcClient.connect("local:offers")) {
            clients.take().service("name", request -> ValueSet.of("name", "of one connection"));
            IpcConnection second = IpcClient.connect("local:offers");
            assertThat(first.request("name", ValueSet.empty()).getString("name"))
                    .isEqualTo("of one connection");
            assertThat(second.request("name", ValueSet.empty()).getString("name"))
                    .isEqualTo("of the server");
            second.close();
        }
    }

    /** What the builders of both ends and a connection have in common. */
    private record End(
            BiConsumer<String, RequestHandler> service,
            BiConsumer<String, AsyncRequestHandler> asyncService,
            BiConsumer<String, StreamHandler> stream,
            BiConsumer<String, EventHandler> onEvent) {

        static End of(IpcServer.Builder server) {
            return new End(server::service, server::asyncService, server::stream, server::onEvent);
        }

        static End of(IpcClient.Builder client) {
            return new End(client::service, client::asyncService, client::stream, client::onEvent);
        }

        static End of(IpcConnection connection) {
            return new End(connection::service, connection::asyncService, connection::stream, connection::onEvent);
        }

        /** Adds services of every kind under a name. */
        List<ThrowingCallable> adding(String name) {
            return List.of(
                    () -> service.accept(name, request -> null),
                    () -> asyncService.accept(name, request -> new CompletableFuture<>()),
                    () -> stream.accept(name, request -> subscriber -> {}));
        }
    }

    @Test
    void aNameIsAddedOnceAndTheLibrarysOwnNeverAtEveryEnd() {
        try (IpcConnection client = IpcClient.connect("local:offers")) {
            for (End end : List.of(
                    End.of(IpcServer.builder("local:others")),
                    End.of(IpcClient.builder("local:offers")),
                    End.of(client))) {
                end.service().accept("a", request -> null);
                assertThat(end.adding("a")).allSatisfy(again -> refuses(again, "service a: it is registered already"));
                assertThat(end.adding("valise.ping"))
                        .allSatisfy(reserved ->
                                refuses(reserved, "service valise.ping: names that begin with valise. are reserved"));
                assertThat(end.adding("")).allSatisfy(nameless -> refuses(nameless, "limit=1 to 255 bytes"));
                end.onEvent().accept("tick", event -> {});
                end.onEvent().accept("tick", event -> {});
                refuses(
                        () -> end.onEvent().accept("valise.tick", event -> {}),
                        "event valise.tick: names that begin with valise. are reserved");
            }
        }
    }

    private static void refuses(ThrowingCallable adding, String because) {
        assertThatThrownBy(adding).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(because);
    }

    @Test
    void aClientsBuilderOffersServicesOfEveryKind() throws Exception {
        try (IpcConnection client = IpcClient.builder("local:offers")
                .service("now", request -> request.message())
                .asyncService("later", request -> CompletableFuture.supplyAsync(request::message))
                .stream("numbers", request -> subscriber -> numbers(subscriber))
                .connect()) {
            IpcConnection seen = clients.take();
            assertThat(client.isOpen()).isTrue();
            assertThat(seen.request("now", ValueSet.of("n", 1)).getInt("n")).isEqualTo(1);
            assertThat(seen.request("later", ValueSet.of("n", 2)).getInt("n")).isEqualTo(2);
            CompletableFuture<Long> sum = new CompletableFuture<>();
            seen.stream("numbers", ValueSet.empty()).subscribe(new Sum(sum));
            assertThat(sum.get()).isEqualTo(3);
        }
    }

    @Test
    void whatIsAddedToAConnectionIsNotForTheBuildersNextOne() throws Exception {
        IpcClient.Builder builder = IpcClient.builder("local:offers")
                .reconnect(ReconnectPolicy.standard())
                .service("name", request -> ValueSet.of("name", "of the builder"));
        try (IpcConnection first = builder.connect()) {
            first.service("name", request -> ValueSet.of("name", "of one connection"));
            first.service("more", request -> null);
            assertThat(clients.take().request("name", ValueSet.empty()).getString("name"))
                    .isEqualTo("of one connection");
        }
        try (IpcConnection second = builder.connect()) {
            IpcConnection seen = clients.take();
            assertThat(seen.request("name", ValueSet.empty()).getString("name")).isEqualTo("of the builder");
            assertThatThrownBy(() -> seen.request("more", ValueSet.empty()))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.SERVICE_NOT_FOUND));
            second.service("more", request -> null);
            assertThat(seen.request("more", ValueSet.empty())).isEqualTo(ValueSet.empty());
        }
    }

    @Test
    void whatAReconnectingClientOffersItsNextLinkHasToo() throws Exception {
        ReconnectPolicy policy = new ReconnectPolicy(Duration.ofMillis(1), Duration.ofMillis(10), Set.of("name"));
        try (IpcConnection client =
                IpcClient.builder("local:offers").reconnect(policy).connect()) {
            client.service(
                    "double", request -> ValueSet.of("n", 2 * request.message().getInt("n")));
            clients.take().close();
            client.request("name", ValueSet.empty());
            assertThat(clients.take().request("double", ValueSet.of("n", 4)).getInt("n"))
                    .isEqualTo(8);
        }
    }

    private static void numbers(Flow.Subscriber<? super ValueSet> subscriber) {
        SubmissionPublisher<ValueSet> publisher = new SubmissionPublisher<>();
        publisher.subscribe(subscriber);
        publisher.submit(ValueSet.of("n", 1));
        publisher.submit(ValueSet.of("n", 2));
        publisher.close();
    }

    private static final class Sum implements Flow.Subscriber<ValueSet> {
        private final CompletableFuture<Long> result;
        private long sum;

        Sum(CompletableFuture<Long> result) {
            this.result = result;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ValueSet item) {
            sum += item.getLong("n");
        }

        @Override
        public void onError(Throwable failure) {
            result.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            result.complete(sum);
        }
    }
}
