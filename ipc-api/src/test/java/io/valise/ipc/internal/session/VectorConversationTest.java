package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Reply;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.local.LocalTransport;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testlog.Logs;
import io.valise.ipc.testlog.MayLog;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The published vectors spoken to a real server and to a real client, which must understand them and answer with the
 * other half of them, byte for byte.
 */
@MayLog("service halted failed")
class VectorConversationTest {
    private static final ValueSet SYMBOL = ValueSet.of("symbol", "KRW/USD");
    private static final ValueSet REPLY = ValueSet.of("symbol", "KRW/USD", "bid", 101.25);
    private static final ValueSet COST = ValueSet.of("cost", 3);
    private static final ValueSet TICK = ValueSet.of("bid", 101.25);

    @Test
    @Logs("what=use secret, because=the policy does not allow it")
    void serverUnderstandsTheVectors() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        CompletableFuture<ValueSet> answer = new CompletableFuture<>();
        try (IpcServer server = IpcServer.builder("local:vectors-server")
                        .access((caller, service) -> !service.equals("secret"))
                        .service("price", VectorConversationTest::price)
                        .service("halted", VectorConversationTest::halted)
                        .service("secret", request -> REPLY)
                        .service(
                                "count",
                                request ->
                                        ValueSet.of("bytes", request.message().getBytes("data").length))
                        .asyncService("wait", request -> waiting(request, answer, cancelled))
                        .stream("ticks", request -> new Ticks(3))
                        .onEvent("seen", event -> event.connection().send("seen", event.message()))
                        .start();
                RawEnd client = new RawEnd(new LocalTransport()
                        .connect(Endpoint.parse("local:vectors-server"), TimeUnit.SECONDS.toNanos(10)))) {
            client.send("HELLO");
            assertWelcome(client.receive());
            assertThat(server.connections())
                    .singleElement()
                    .satisfies(peer -> assertThat(peer.peer().application()).contains("quotes-client"));

            client.send("REQUEST");
            client.expect("REPLY_METADATA");
            client.expect("RESPONSE");
            client.send("REQUEST with metadata");
            client.expect("ERROR");
            client.send("REQUEST that is refused");
            client.expect("ERROR before any handler");
            client.send("EVENT");
            client.expect("EVENT");
            askForTicks(client);

            client.send("REQUEST that is given up");
            client.send("CANCEL");
            cancelled.await();
            answer.complete(REPLY); // no caller waits for it

            client.send(new byte[] {0x7f, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3}); // unknown, optional
            client.send("FRAGMENT, the first");
            client.send("FRAGMENT");
            client.send("FRAGMENT, the last");
            assertThat(body(client.receive())).isEqualTo(ValueSet.of("bytes", 100));

            assertThat(server.shutdown(Duration.ofSeconds(10))).isTrue();
            client.expect("GOAWAY that drains");
            client.expect("GOAWAY");
        }
    }

    private static ValueSet price(Request request) {
        request.replyMetadata(COST);
        return REPLY;
    }

    private static ValueSet halted(Request request) {
        assertThat(request.metadata()).isEqualTo(ValueSet.of("tenant", 7));
        throw new IllegalStateException("no market today");
    }

    private static CompletionStage<ValueSet> waiting(
            Request request, CompletableFuture<ValueSet> answer, CountDownLatch cancelled) {
        request.onCancel(cancelled::countDown);
        return answer;
    }

    private static void askForTicks(RawEnd client) {
        client.send("STREAM_OPEN"); // credit 2
        client.expect("STREAM_ITEM");
        client.expect("STREAM_ITEM");
        client.send("CREDIT"); // 8 more, though only one is left
        client.expect("STREAM_ITEM");
        client.expect("STREAM_END");
    }

    private static void assertWelcome(byte[] frame) {
        byte[] vector = FrameVectors.bytes("WELCOME");
        int fixed = Frames.HEADER_BYTES + Short.BYTES;
        assertThat(Arrays.copyOf(frame, fixed)).isEqualTo(Arrays.copyOf(vector, fixed));
        ValueSet about = ValueSet.fromCbor(Arrays.copyOfRange(frame, fixed, frame.length));
        assertThat(about.getLong("pid")).isEqualTo(ProcessHandle.current().pid());
        assertThat(about.keys()).containsExactly("pid", "application", "maxMessageBytes");
    }

    private static ValueSet body(byte[] frame) {
        return ValueSet.fromCbor(Arrays.copyOfRange(frame, Frames.HEADER_BYTES, frame.length));
    }

    @Test
    void clientUnderstandsTheVectors() throws Exception {
        Endpoint endpoint = Endpoint.parse("local:vectors-client");
        CompletableFuture<Link> accepted = new CompletableFuture<>();
        CompletableFuture<ValueSet> event = new CompletableFuture<>();
        try (Transport.Listener listener = new LocalTransport().listen(endpoint, accepted::complete)) {
            CompletableFuture<IpcConnection> connecting = IpcClient.builder(endpoint.toString())
                    .onEvent("seen", seen -> event.complete(seen.message()))
                    .connectAsync();
            try (RawEnd server = new RawEnd(accepted.get())) {
                assertThat(listener.endpoint()).isEqualTo(endpoint);
                assertHello(server.receive());
                server.send("WELCOME");
                IpcConnection client = connecting.get();
                assertThat(client.peer().application()).contains("quotes-server");
                talk(client, server, event);
            }
        }
    }

    private static void assertHello(byte[] frame) {
        byte[] vector = FrameVectors.bytes("HELLO");
        int fixed = Frames.HEADER_BYTES + Long.BYTES;
        assertThat(Arrays.copyOf(frame, fixed)).isEqualTo(Arrays.copyOf(vector, fixed));
    }

    private static void talk(IpcConnection client, RawEnd server, CompletableFuture<ValueSet> event) throws Exception {
        CompletableFuture<Reply> price = client.call("price").exchangeAsync(SYMBOL);
        server.expect("REQUEST");
        server.send("REPLY_METADATA");
        server.send("RESPONSE");
        assertThat(price.get()).isEqualTo(Reply.of(REPLY).withMetadata(COST));

        CompletableFuture<ValueSet> halted =
                client.call("halted").metadata(ValueSet.of("tenant", 7)).requestAsync(ValueSet.empty());
        server.expect("REQUEST with metadata");
        server.send("ERROR");
        assertFailed(halted, IpcStatus.HANDLER_FAILED, Delivery.UNKNOWN);

        CompletableFuture<ValueSet> secret =
                client.call("secret").timeout(Duration.ofMillis(1500)).requestAsync(ValueSet.empty());
        server.expect("REQUEST that is refused");
        server.send("ERROR before any handler");
        assertFailed(secret, IpcStatus.ACCESS_DENIED, Delivery.REJECTED);

        client.send("seen", SYMBOL);
        server.expect("EVENT");
        server.send("EVENT");
        assertThat(event.get()).isEqualTo(SYMBOL);
        takeTicks(client, server);

        CompletableFuture<ValueSet> waiting = client.requestAsync("wait", ValueSet.empty());
        server.expect("REQUEST that is given up");
        waiting.cancel(false);
        server.expect("CANCEL");

        server.send("GOAWAY that drains");
        server.send("GOAWAY");
        server.close();
        assertThat(client.closed().toCompletableFuture().get().status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
    }

    private static void takeTicks(IpcConnection client, RawEnd server) throws Exception {
        Taker taker = new Taker(2);
        client.stream("ticks", SYMBOL).subscribe(taker);
        server.expect("STREAM_OPEN");
        server.send("STREAM_ITEM");
        server.send("STREAM_ITEM");
        taker.subscription.get().request(8);
        server.expect("CREDIT");
        server.send("STREAM_ITEM");
        server.send("STREAM_END");
        assertThat(taker.completed.get()).isEqualTo(3);
    }

    private static void assertFailed(CompletableFuture<ValueSet> call, IpcStatus status, Delivery delivery)
            throws Exception {
        try {
            call.get();
        } catch (ExecutionException e) {
            IpcException failure = (IpcException) e.getCause();
            assertThat(failure.status()).isEqualTo(status);
            assertThat(failure.delivery()).isEqualTo(delivery);
            return;
        }
        throw new AssertionError("the call succeeded");
    }

    /** Publishes so many ticks as they are asked for, by two threads at once when the second demand comes early. */
    private record Ticks(int count) implements Flow.Publisher<ValueSet> {
        @Override
        public void subscribe(Flow.Subscriber<? super ValueSet> subscriber) {
            AtomicInteger left = new AtomicInteger(count);
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public synchronized void request(long more) {
                    for (long i = 0; i < more && left.get() > 0; i++) {
                        subscriber.onNext(TICK);
                        if (left.decrementAndGet() == 0) {
                            subscriber.onComplete();
                        }
                    }
                }

                @Override
                public void cancel() {
                    left.set(0);
                }
            });
        }
    }

    /** Counts ticks. */
    private static final class Taker implements Flow.Subscriber<ValueSet> {
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        final CompletableFuture<Integer> completed = new CompletableFuture<>();
        private final AtomicInteger taken = new AtomicInteger();
        private final int first;

        /** @param first how many it asks for at once */
        Taker(int first) {
            this.first = first;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            given.request(first);
            subscription.complete(given);
        }

        @Override
        public void onNext(ValueSet tick) {
            assertThat(tick).isEqualTo(TICK);
            taken.incrementAndGet();
        }

        @Override
        public void onError(Throwable failure) {
            completed.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            completed.complete(taken.get());
        }
    }
}
