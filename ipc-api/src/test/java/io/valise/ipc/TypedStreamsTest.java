package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.testlog.Logs;
import io.valise.ipc.testlog.MayLog;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams and events of records, at every place where one is added, and plain messages at the other end. */
class TypedStreamsTest {
    record Range(int from, int to) {}

    record Count(int number) {}

    record Text(String text) {}

    record Job(Runnable action) {}

    sealed interface Change permits Up, Down {}

    record Up(int by) implements Change {}

    record Down(int by) implements Change {}

    private final BlockingQueue<IpcConnection> clients = new LinkedBlockingQueue<>();
    private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final IpcServer server = IpcServer.builder("local:typed-streams").stream(
                    "count", Range.class, Count.class, range -> publisher(range, Count::new))
            .stream("plain", request -> publisher(request.message().to(Range.class), i -> ValueSet.of("number", i)))
            .stream(
                    "wrong",
                    request -> publisher(
                            request.message().to(Range.class), i -> ValueSet.of("number", i == 2 ? "two" : i)))
            .stream("unsendable", Range.class, Text.class, range -> publisher(range, i -> new Text("\ud800")))
            .stream("null", Range.class, Count.class, range -> publisher(range, i -> null))
            .stream("none", Range.class, Count.class, range -> null)
            .stream("changes", Range.class, Change.class, this::ups)
            .onEvent("change", Change.class, received::add)
            .onEvent("number", Count.class, received::add)
            .onConnect(clients::add)
            .start();

    @AfterEach
    void close() {
        server.close();
    }

    /** The numbers of a range, one for each that is asked for. */
    private <T> Flow.Publisher<T> publisher(Range range, IntFunction<T> item) {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            private int next = range.from();
            private boolean over;

            @Override
            public void request(long n) {
                for (long i = 0; i < n && !over; i++) {
                    if (next == range.to()) {
                        over = true;
                        subscriber.onComplete();
                    } else {
                        subscriber.onNext(item.apply(next++));
                    }
                }
            }

            @Override
            public void cancel() {
                over = true;
                cancelled.countDown();
            }
        });
    }

    private Flow.Publisher<Up> ups(Range range) {
        return publisher(range, Up::new);
    }

    /** Asks for one item after another, and puts all signals into the queue. */
    private <T> void listen(Flow.Publisher<T> stream) {
        stream.subscribe(new Flow.Subscriber<>() {
            private Flow.Subscription subscription;

            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription = given;
                given.request(1);
            }

            @Override
            public void onNext(T item) {
                received.add(item);
                subscription.request(1);
            }

            @Override
            public void onError(Throwable failure) {
                received.add(failure);
            }

            @Override
            public void onComplete() {
                received.add("complete");
            }
        });
    }

    @Test
    void recordsAndMessagesReadTheSameStreams() throws Exception {
        try (IpcConnection client = IpcClient.connect("local:typed-streams")) {
            listen(client.stream("count", new Range(1, 3), Count.class));
            assertReceived(new Count(1), new Count(2), "complete");
            listen(client.stream("count", ValueSet.of("from", 1L, "to", 2, "newer", true)));
            assertReceived(ValueSet.of("number", 1), "complete");
            listen(client.stream("plain", new Range(1, 2), Count.class));
            assertReceived(new Count(1), "complete");
            listen(client.stream("count", new Range(1, 2), ValueSet.class));
            assertReceived(ValueSet.of("number", 1), "complete");
        }
    }

    @Test
    void itemsAndEventsOfASealedInterfaceSayWhichRecordTheyAre() throws Exception {
        try (IpcConnection client = IpcClient.connect("local:typed-streams")) {
            listen(client.stream("changes", new Range(1, 3), Change.class));
            assertReceived(new Up(1), new Up(2), "complete");
            client.send("change", ValueSet.from(new Down(3), Change.class));
            assertReceived(new Down(3));
        }
    }

    @Test
    void anItemOfAnotherTypeCancelsTheStreamAtThePeer() throws Exception {
        try (IpcConnection client = IpcClient.connect("local:typed-streams")) {
            listen(client.stream("wrong", new Range(1, 10), Count.class));
            assertReceived(new Count(1));
            assertFailed(IpcStatus.TYPE_MISMATCH, "Count: number: expected=int, actual=STRING \"two\"");
            cancelled.await();
        }
    }

    @Test
    void aRequestOfAnotherTypeIsTypeMismatch() throws Exception {
        try (IpcConnection client = IpcClient.connect("local:typed-streams")) {
            listen(client.stream("count", new Text("x"), Count.class));
            assertReceived("complete"); // what the message lacks is zero
            listen(client.stream("count", ValueSet.of("from", "x")));
            assertFailed(IpcStatus.TYPE_MISMATCH, "Range: from: expected=int, actual=STRING \"x\"");
        }
    }

    @Test
    @MayLog({"service unsendable failed", "service null failed", "service none failed"})
    void whatThePublisherDoesWrongIsTheFailureOfEveryStream() throws Exception {
        try (IpcConnection client = IpcClient.connect("local:typed-streams")) {
            listen(client.stream("unsendable", new Range(1, 10), Text.class));
            assertFailed(IpcStatus.HANDLER_FAILED, "Text: text: ");
            cancelled.await();
            listen(client.stream("null", new Range(1, 10), Count.class));
            assertFailed(IpcStatus.HANDLER_FAILED, "the publisher sent a null item");
            listen(client.stream("none", new Range(1, 10), Count.class));
            assertFailed(IpcStatus.HANDLER_FAILED, "the handler returned null; return a publisher");
        }
    }

    @Test
    void bothBuildersAndTheConnectionStreamAndHearByTypes() throws Exception {
        try (IpcConnection client = IpcClient.builder("local:typed-streams").stream(
                        "up", Range.class, Count.class, range -> publisher(range, Count::new))
                .onEvent("text", Text.class, received::add)
                .connect()) {
            IpcConnection seen = clients.take();
            listen(seen.stream("up", new Range(0, 1), Count.class));
            assertReceived(new Count(0), "complete");
            client.stream("down", Range.class, Count.class, range -> publisher(range, i -> new Count(-i)));
            listen(seen.stream("down", new Range(1, 2), Count.class));
            assertReceived(new Count(-1), "complete");
            client.onEvent("text", Text.class, text -> received.add(text.text()));
            server.broadcast("text", new Text("to all"));
            seen.send("text", new Text("to one"));
            assertReceived("to all", "to one");
            client.send("number", new Count(1));
            client.send("number", ValueSet.of("number", 2L));
            assertReceived(new Count(1), new Count(2));
        }
    }

    @Test
    @Logs("Count: number: expected=int, actual=STRING \"x\"")
    void anEventOfAnotherTypeIsLoggedAsAFailureOfItsHandler() throws Exception {
        try (IpcConnection client = IpcClient.connect("local:typed-streams")) {
            client.send("number", new Text("no number"));
            client.send("number", ValueSet.of("number", "x"));
            client.send("number", new Count(3));
            assertReceived(new Count(0), new Count(3));
        }
    }

    @Test
    void typesThatAreNoMessagesAreRefusedBeforeAnythingIsSentOrOffered() {
        try (IpcConnection client = IpcClient.connect("local:typed-streams")) {
            assertThatThrownBy(() -> client.stream("job", Job.class, Count.class, job -> null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Job.action: java.lang.Runnable cannot cross");
            assertThatThrownBy(() -> IpcServer.builder("local:x").stream("x", Range.class, int.class, range -> null))
                    .hasMessageContaining("int is no message");
            assertThatThrownBy(() -> client.onEvent("x", Job.class, job -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.stream("plain", new Range(1, 2), Job.class))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> server.broadcast("text", new Text("\ud800")))
                    .hasMessageContaining("Text: text: ");
            assertThat(client.stats().requestsSent()).isZero();
        }
    }

    private void assertReceived(Object... expected) throws InterruptedException {
        for (Object each : expected) {
            assertThat(received.take()).isEqualTo(each);
        }
    }

    private void assertFailed(IpcStatus status, String reason) throws InterruptedException {
        assertThat(received.take()).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(status);
            assertThat(e.reason()).contains(reason);
        });
    }
}
