package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.StreamHandler;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.flow.FlowTck;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** S: streams. */
@MayLog({"service numbers failed", "service fails failed"})
public abstract class StreamRules extends SessionRules {
    private final List<TestSink> sinks = new ArrayList<>();

    protected StreamRules(Candidate candidate) {
        super(candidate);
    }

    @AfterEach
    void signalsKeptTheRulesOfFlow() {
        for (TestSink sink : sinks) {
            assertThat(sink.violations())
                    .as("overlapping, late or repeated signals")
                    .isZero();
        }
    }

    private IpcConnection client(StreamHandler handler) {
        return connect(serve(builder -> builder.stream("numbers", handler)));
    }

    private TestSink subscribe(IpcConnection client) {
        TestSink sink = new TestSink();
        sinks.add(sink);
        client.stream("numbers", EMPTY).subscribe(sink);
        return sink;
    }

    @Test
    void S01_allMessagesInOrderThenCompletion() throws Exception {
        IpcConnection client = client(request -> TestSource.of(5_000));
        for (int i = 0; i < 3; i++) {
            TestSink sink = subscribe(client);
            sink.request(Long.MAX_VALUE);
            sink.receives(0, 5_000);
            get(sink.ended());
        }
    }

    @Test
    void S02_neverMoreThanAskedFor() throws Exception {
        TestSource source = TestSource.of(200);
        IpcConnection client = client(request -> source);
        TestSink sink = subscribe(client);
        int asked = 0;
        for (int more = 1; asked < 200; more = more % 7 + 1) {
            sink.request(more);
            int due = Math.min(200, asked + more);
            sink.receives(asked, due);
            asked = asked + more;
            // Signals that are in flight now have arrived when this returns.
            echoes(client, 1);
            assertThat(sink.untaken()).isZero();
            assertThat(source.asked()).isLessThanOrEqualTo(asked);
            assertThat(source.sent()).isEqualTo(due);
        }
        get(sink.ended());
    }

    @Test
    void S03_cancelReachesTheSource() throws Exception {
        BlockingQueue<TestSource> sources = new LinkedBlockingQueue<>();
        IpcConnection client = client(request -> {
            TestSource source = TestSource.open(1_000_000);
            sources.add(source);
            return source;
        });
        for (int i = 0; i < 10; i++) {
            TestSink sink = subscribe(client);
            sink.request(i % 2 == 0 ? 10 : Long.MAX_VALUE);
            sink.receives(0, 10);
            sink.cancel();
            take(sources).cancelled().await();
            assertThat(sink.ended()).isNotDone();
        }
        echoes(client, 3);
    }

    @Test
    void S04_failureOfTheSourceArrives() throws Exception {
        List<Throwable> failures = List.of(
                new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "no more"),
                new IllegalStateException("no more"),
                new IOException("no more"));
        for (Throwable failure : failures) {
            TestSink sink = subscribe(client(request -> TestSource.failing(5, failure)));
            sink.request(100);
            sink.receives(0, 5);
            IpcStatus status = failure instanceof IpcException known ? known.status() : IpcStatus.HANDLER_FAILED;
            assertThat(failsWith(status, () -> get(sink.ended()))).hasMessageContaining("no more");
        }
    }

    @Test
    void S05_failureToOpenArrives() throws Exception {
        TestSink sink = subscribe(client(request -> {
            throw new IOException("not today");
        }));
        sink.request(1);
        assertThat(failsWith(IpcStatus.HANDLER_FAILED, () -> get(sink.ended()))).hasMessageContaining("not today");
    }

    @Test
    void S06_unknownStreamIsNotFound() throws Exception {
        IpcConnection client = connect(serve(builder -> builder));
        TestSink sink = subscribe(client);
        sink.request(1);
        failsWith(IpcStatus.SERVICE_NOT_FOUND, () -> get(sink.ended()));
        echoes(client, 2);
    }

    @Test
    void S07_closeEndsTheStreamAtBothEnds() throws Exception {
        for (boolean clientCloses : new boolean[] {true, false}) {
            TestSource source = TestSource.open(10);
            IpcServer server = serve(builder -> builder.stream("numbers", request -> source));
            IpcConnection client = connect(server);
            TestSink sink = subscribe(client);
            sink.request(10);
            sink.receives(0, 10);
            (clientCloses ? client : only(server)).close();
            failsWith(IpcStatus.CONNECTION_CLOSED, () -> get(sink.ended()));
            source.cancelled().await();
        }
    }

    @Test
    void S08_emptyStreamCompletes() throws Exception {
        TestSink sink = subscribe(client(request -> TestSource.of(0)));
        sink.request(1);
        get(sink.ended());
        assertThat(sink.untaken()).isZero();
    }

    @Test
    void S09_manyStreamsAtOnce() throws Exception {
        IpcConnection client = client(request -> TestSource.of(200));
        List<TestSink> open = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            TestSink sink = subscribe(client);
            sink.request(1 + i);
            open.add(sink);
        }
        for (TestSink sink : open) {
            sink.request(200);
            sink.receives(0, 200);
            get(sink.ended());
        }
    }

    @Test
    void S10_streamThatWaitsBlocksNothing() throws Exception {
        IpcConnection client = client(request -> TestSource.of(1_000_000));
        for (int i = 0; i < 10; i++) {
            subscribe(client).request(3);
        }
        echoes(client, 300);
        TestSink other = subscribe(client);
        other.request(500);
        other.receives(0, 500);
    }

    @Test
    void S11_slowSubscriberHoldsTheSourceBack() throws Exception {
        TestSource source = TestSource.of(1_000);
        IpcConnection client = client(request -> source);
        TestSink sink = subscribe(client);
        for (int i = 0; i < 1_000; i += 10) {
            sink.request(10);
            dither(i);
            sink.receives(i, i + 10);
            assertThat(source.sent()).isLessThanOrEqualTo(i + 10);
        }
        get(sink.ended());
    }

    @Test
    void S12_demandMustBePositive() throws Exception {
        IpcConnection client = client(request -> TestSource.of(10));
        TestSink sink = subscribe(client);
        sink.request(0);
        assertThat(sink.ended().handle((nothing, failure) -> failure).get(60, TimeUnit.SECONDS))
                .isInstanceOf(IllegalArgumentException.class);
        echoes(client, 2);
    }

    @Test
    void S13_streamCarriesMessageAndMetadata() throws Exception {
        BlockingQueue<ValueSet> seen = new LinkedBlockingQueue<>();
        IpcConnection client = client(request -> {
            seen.add(request.message());
            seen.add(request.metadata());
            return TestSource.of(1);
        });
        TestSink sink = new TestSink();
        client.call("numbers").metadata(ValueSet.of("trace", 1)).stream(ValueSet.of("from", 2))
                .subscribe(sink);
        sink.request(5);
        get(sink.ended());
        assertThat(take(seen)).isEqualTo(ValueSet.of("from", 2));
        assertThat(take(seen)).isEqualTo(ValueSet.of("trace", 1));
    }

    @Test
    void S16_timeoutOfAStreamIsRefused() {
        IpcConnection client = client(request -> TestSource.of(1));
        IpcConnection again =
                connect(serve(builder -> builder), options -> options.reconnect(ReconnectPolicy.standard()));
        for (IpcConnection connection : List.of(client, again)) {
            IpcException e = failsWith(
                    IpcStatus.UNSUPPORTED,
                    () -> connection.call("numbers").timeout(Duration.ofSeconds(1)).stream(EMPTY));
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
            assertThat(e).hasMessageContaining("stream numbers: a stream has no timeout, and timeout=PT1S was given");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.valise.ipc.testkit.flow.FlowTck#publisherRules")
    void S14_publisherKeepsTheRulesOfReactiveStreams(String rule) throws Exception {
        IpcServer server = serve(
                builder -> builder.stream("numbers", request -> numbers(request.message())).stream("fails", request -> {
                    throw new IOException("not today");
                }));
        for (IpcConnection client :
                List.of(connect(server), connect(server, options -> options.reconnect(ReconnectPolicy.standard())))) {
            FlowTck.checkPublisher(
                    rule,
                    count -> client.stream("numbers", ValueSet.of("count", count)),
                    () -> client.stream("fails", EMPTY));
        }
    }

    private static TestSource numbers(ValueSet message) {
        return TestSource.of((int) Math.min(message.getLong("count"), Integer.MAX_VALUE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.valise.ipc.testkit.flow.FlowTck#subscriberRules")
    void S15_subscriberKeepsTheRulesOfReactiveStreams(String rule) throws Exception {
        BlockingQueue<Flow.Subscriber<? super ValueSet>> subscribers = new LinkedBlockingQueue<>();
        IpcConnection client = client(request -> subscribers::add);
        FlowTck.checkSubscriber(rule, number -> ValueSet.of("n", number), last -> {
            client.stream("numbers", EMPTY).subscribe(last);
            return take(subscribers);
        });
    }
}
