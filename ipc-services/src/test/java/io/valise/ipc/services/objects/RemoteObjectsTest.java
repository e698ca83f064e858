package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Rect;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.Bench.Leg;
import io.valise.ipc.services.objects.Bench.Order;
import io.valise.ipc.services.objects.Bench.Pair;
import io.valise.ipc.services.objects.Bench.Side;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testlog.MayLog;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Both ends in this process; between processes it is the acceptance test's. */
@ExtendWith(HangWatchdog.class)
class RemoteObjectsTest {
    private final Workbench workbench = new Workbench();
    private final CountingShop shop = new CountingShop();
    private final ExportedObjects exported =
            RemoteObjects.export(Bench.class, workbench).and(Counters.class, shop);
    private final IpcServer server =
            exported.addTo(IpcServer.builder("local:bench")).start();
    private final IpcConnection connection = IpcClient.connect("local:bench");
    private final RemoteObjects objects = RemoteObjects.of(connection);
    private final Bench bench = objects.remote(Bench.class);

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    @Test
    void recordsCrossByComponentAsDeepAsTheyGo() {
        BlockingQueue<Integer> done = new LinkedBlockingQueue<>();
        Order parent = new Order("0", List.of(), Optional.empty(), Instant.EPOCH, new byte[0], null);
        Order order = new Order(
                "1",
                List.of(new Leg(Side.BUY, 5), new Leg(Side.SELL, -1)),
                Optional.of(parent),
                Instant.now(),
                new byte[] {1, 2},
                done::add);

        Order back = bench.back(order);

        assertThat(back.legs()).isEqualTo(order.legs());
        assertThat(back.parent().orElseThrow().at()).isEqualTo(Instant.EPOCH);
        assertThat(back.at()).isEqualTo(order.at());
        assertThat(back.blob()).containsExactly(1, 2);
        assertThat(back.done()).as("came home").isSameAs(order.done());
        assertThat(done).containsExactly(2);
    }

    @Test
    void aClientOffersObjectsToTheServerOfItsConnections() throws Exception {
        Leg leg = new Leg(Side.BUY, 3);
        try (IpcServer asking = IpcServer.builder("local:asking")
                        .service("ask", request -> {
                            Bench theirs =
                                    RemoteObjects.of(request.connection()).remote(Bench.class);
                            return ValueSet.of(
                                    "same",
                                    theirs.pair(new Pair<>(leg, List.of())).equals(new Pair<>(leg, List.of())));
                        })
                        .start();
                IpcConnection offering =
                        exported.addTo(IpcClient.builder("local:asking")).connect()) {
            assertThat(asking.isOpen()).isTrue();
            assertThat(offering.request("ask", ValueSet.empty())).isEqualTo(ValueSet.of("same", true));
        }
    }

    @Test
    void typesWithArgumentsAndWithoutCross() {
        Pair<Leg, List<Side>> pair = new Pair<>(new Leg(Side.SELL, 1), List.of(Side.BUY, Side.SELL));
        assertThat(bench.pair(pair)).isEqualTo(pair);
        assertThat(bench.set(ValueSet.of("a", 1))).isEqualTo(ValueSet.of("a", 1));
        assertThat(bench.any(List.of(1, "two", 3L))).isEqualTo(List.of(1, "two", 3L));
        assertThat(bench.any(null)).isNull();
        assertThat(bench.text("a", 1, 'b', new Rect(0, 0, 2, 2))).isEqualTo("a1b2.0");
        assertThat(bench.text(null, 1, 'b', new Rect(0, 0, 2, 2))).isNull();
        assertThat(bench.perhaps(true)).contains("there");
        assertThat(bench.perhaps(false)).isEmpty();
    }

    @Test
    void functionsOfTheJdkAreCalledWithTheTypesOfTheirArguments() {
        BlockingQueue<Leg> consumed = new LinkedBlockingQueue<>();
        bench.consume(consumed::add, new Leg(Side.BUY, 3));
        assertThat(consumed).containsExactly(new Leg(Side.BUY, 3));
        assertThat(bench.operator().apply(new Leg(Side.BUY, 1))).isEqualTo(new Leg(Side.BUY, 2));
    }

    @Test
    @MayLog("service object:io.valise.ipc.services.objects.Bench failed")
    void whatAnObjectThrowsArrivesWithTypeAndMessage() {
        assertThatThrownBy(() -> bench.fail("not today")).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(IpcStatus.HANDLER_FAILED);
            assertThat(e).hasMessageContaining("java.lang.UnsupportedOperationException: not today");
        });
    }

    @Test
    @MayLog("service object:io.valise.ipc.services.objects.Bench failed")
    void asynchronousMethodsDoNotWait() throws Exception {
        assertThat(bench.later(new Leg(Side.SELL, 7)).toCompletableFuture().get())
                .isEqualTo(new Leg(Side.SELL, 7));
        assertThatThrownBy(() -> bench.later(new Leg(Side.SELL, -7))
                        .toCompletableFuture()
                        .get())
                .hasCauseInstanceOf(IpcException.class)
                .hasMessageContaining("java.lang.IllegalArgumentException: negative");
        CompletableFuture<Void> never = bench.never();
        workbench.asked.await(); // a call that is cancelled before its method begins is not run
        never.cancel(true);
        assertThatThrownBy(workbench.unanswered::get).isInstanceOf(CancellationException.class);
    }

    @Test
    void streamsCrossItemByItemAsTheyAreAskedFor() throws Exception {
        Flow.Publisher<Leg> legs = bench.legs(1000);
        Collected<Leg> collected = new Collected<>();
        legs.subscribe(collected);
        assertThat(collected.all.get()).hasSize(1000).endsWith(new Leg(Side.BUY, 999));
        assertThat(exported.liveObjects()).isOne();
        RemoteObject.of(legs).close();
        assertThatThrownBy(() -> legs.subscribe(collected)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void objectsComeHomeAndProxiesOfOneObjectAreEqual() throws Exception {
        CountListener mine = value -> {};
        assertThat(bench.echo(mine)).isSameAs(mine);
        assertThat(workbench.seen.take()).isNotSameAs(mine).asString().startsWith("CountListener at local:bench");

        CountListener theirs = bench.make();
        CountListener again = bench.echo(theirs);
        assertThat(again).isEqualTo(theirs).isNotSameAs(theirs).hasSameHashCodeAs(theirs);
        assertThat(workbench.seen.take()).as("came home").isNotInstanceOf(Proxy.class);
        assertThat(bench.make()).isNotEqualTo(theirs);
        assertThat(bench).isEqualTo(objects.remote(Bench.class)).isNotEqualTo(bench.self());
        assertThat(bench.self().self().perhaps(true)).isPresent();
    }

    @Test
    void anObjectOffersItsMarkedInterfacesOnly() {
        Counter counter = objects.remote(Counters.class).make();
        counter.increment();
        counter.as(Resettable.class).reset();
        assertThat(counter.increment()).isOne();
        assertThat(counter.as(Counter.class).increment()).isEqualTo(2);
        assertThat(RemoteObject.of(counter).as(Resettable.class)).isNotNull();
        assertFails(() -> counter.as(Unreferenced.class), IpcStatus.UNSUPPORTED, "does not offer");
        assertThatThrownBy(() -> RemoteObject.of("text")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aClosedReferenceIsReleasedOnceHoweverOftenItWasSent() throws Exception {
        Counter counter = objects.remote(Counters.class).make();
        Counter other = counter.as(Counter.class);
        counter.close();
        counter.close();
        assertThatThrownBy(counter::increment).isInstanceOf(IllegalStateException.class);
        assertThat(other.increment()).isOne();
        assertThat(exported.liveObjects()).isOne();
        other.close();
        assertThat(shop.returned.take()).isNotNull();
        assertThat(exported.liveObjects()).isZero();
    }

    @Test
    void theEndOfTheConnectionReleasesAllAtBothEnds() throws Exception {
        Counter counter = objects.remote(Counters.class).make();
        Note mine = new Note();
        bench.echo(mine);
        assertThat(objects.liveObjects()).isOne();
        connection.close();
        mine.free.get();
        assertThat(shop.returned.take()).isNotNull();
        assertThat(exported.liveObjects()).isZero();
        assertThat(objects.liveObjects()).isZero();
        assertFails(counter::increment, IpcStatus.CONNECTION_CLOSED, "closed");
        counter.close();
    }

    private static final class Note implements CountListener, Unreferenced {
        final CompletableFuture<Void> free = new CompletableFuture<>();

        @Override
        public void counted(int value) {
            throw new AssertionError("it is not called");
        }

        @Override
        public void unreferenced() {
            free.complete(null);
        }
    }

    @Test
    void aPeerHoldsNoMoreThanTheLimit() {
        List<CountListener> held = bench.make(RemoteObjects.DEFAULT_LIMIT);
        assertFails(bench::make, IpcStatus.RESOURCE_EXHAUSTED, "limit=10000, actual=10001");
        assertThat(held).hasSize(RemoteObjects.DEFAULT_LIMIT);
        objects.limit(1);
        CountListener mine = value -> {};
        bench.echo(mine);
        assertFails(() -> bench.echo(value -> {}), IpcStatus.RESOURCE_EXHAUSTED, "limit=1, actual=2");
    }

    @Test
    void whatWasNeverSentIsNotHeld() {
        Counters absent = objects.remote(Counters.class);
        assertThat(absent).isNotNull();
        Unexported unexported = objects.remote(Unexported.class);
        assertFails(() -> unexported.take(value -> {}), IpcStatus.SERVICE_NOT_FOUND, "not offered");
        assertThat(objects.liveObjects()).isZero();
    }

    interface Unexported {
        void take(CountListener listener);
    }

    @Test
    void aHostilePeerGetsAnAnswerAndNothingElse() {
        assertThat(bench.perhaps(true)).isPresent();
        assertFails(call("objects.call", ValueSet.of("o", 1L, "m", "x/0")), IpcStatus.SERVICE_NOT_FOUND, "not held");
        assertFails(call("object:" + Bench.class.getName(), ValueSet.empty()), IpcStatus.UNSUPPORTED, "no method");
        assertFails(
                call("object:" + Bench.class.getName(), ValueSet.of("m", "getClass/0")),
                IpcStatus.UNSUPPORTED,
                "no method");
        assertFails(
                call("object:" + Bench.class.getName(), ValueSet.of("as", "java.lang.Runtime")),
                IpcStatus.UNSUPPORTED,
                "does not offer");
        assertFails(
                call("object:" + Bench.class.getName(), ValueSet.of("m", "fail/1", "0", 5)),
                IpcStatus.TYPE_MISMATCH,
                "Bench.fail: argument 0");
        assertFails(
                call("object:" + Bench.class.getName(), ValueSet.of("m", "echo/1", "0", ValueSet.of("yours", 7L))),
                IpcStatus.SERVICE_NOT_FOUND,
                "not held");
        connection.send("objects.release", ValueSet.of("ids", new long[] {1, 2}, "counts", new long[] {-1, 5}));
        connection.send("objects.release", ValueSet.empty());
        assertThat(bench.perhaps(true)).isPresent();
    }

    private Runnable call(String service, ValueSet message) {
        return () -> connection.request(service, message);
    }

    private static void assertFails(Runnable call, IpcStatus status, String message) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(status);
            assertThat(e).hasMessageContaining(message);
        });
    }

    /** Asks for ten at a time. */
    private static final class Collected<T> implements Flow.Subscriber<T> {
        final CompletableFuture<List<T>> all = new CompletableFuture<>();
        private final List<T> items = new ArrayList<>();
        private Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(10);
        }

        @Override
        public void onNext(T item) {
            items.add(item);
            if (items.size() % 10 == 0) {
                subscription.request(10);
            }
        }

        @Override
        public void onError(Throwable failure) {
            all.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            all.complete(items);
        }
    }
}
