package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Services that an end offers on one connection, after it was made. */
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
            client.offer(
                    "double", request -> ValueSet.of("n", 2 * request.message().getInt("n")));
            client.offerAsync("later", request -> CompletableFuture.supplyAsync(request::message));
            client.offerStream("numbers", request -> subscriber -> numbers(subscriber));

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
            clients.take().offer("name", request -> ValueSet.of("name", "of one connection"));
            IpcConnection second = IpcClient.connect("local:offers");
            assertThat(first.request("name", ValueSet.empty()).getString("name"))
                    .isEqualTo("of one connection");
            assertThat(second.request("name", ValueSet.empty()).getString("name"))
                    .isEqualTo("of the server");
            second.close();
        }
    }

    @Test
    void aNameIsOfferedOnceAndTheLibrarysOwnNever() {
        try (IpcConnection client = IpcClient.connect("local:offers")) {
            client.offer("a", request -> null);
            assertThatThrownBy(() -> client.offerAsync("a", request -> new CompletableFuture<>()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("service a: it is registered already");
            assertThatThrownBy(() -> client.offer("valise.ping", request -> null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("reserved");
        }
    }

    @Test
    void whatAReconnectingClientOffersItsNextLinkHasToo() throws Exception {
        ReconnectPolicy policy = new ReconnectPolicy(Duration.ofMillis(1), Duration.ofMillis(10), Set.of("name"));
        try (IpcConnection client =
                IpcClient.builder("local:offers").reconnect(policy).connect()) {
            client.offer(
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
