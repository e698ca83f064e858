package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Variants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;

/** A peer that does not read, or code of the user's that does not return, delays nothing for other connections. */
@ExtendWith(HangWatchdog.class)
class StalledPeersTest {
    private static final int STALLED = 5;
    /** Longer than the watchdog of this test lets anything wait. */
    private static final Duration FOR_EVER = Duration.ofHours(1);

    @AfterEach
    void endPeers() {
        ForkedJvm.killAll();
    }

    /** The process whose peers stall: it serves counters at the addresses given. */
    static final class ShopProgram {
        private ShopProgram() {}

        public static void main(String[] addresses) {
            try (IpcServer server = RemoteObjects.export(Counters.class, new CountingShop())
                    .addTo(IpcServer.builder(addresses))
                    .start()) {
                CommandLoop.run((command, words) -> String.valueOf(server.endpoints()));
            }
        }
    }

    @ParameterizedTest
    @Variants({"pipe", "loopback", "shm"})
    void fivePeersThatDoNotReadDelayNoReleaseAtAHealthyOne(String transport) throws Exception {
        CountingShop shop = new CountingShop();
        String[] stalled = IntStream.range(0, STALLED)
                .mapToObj(i -> transport + ":stalled-" + i)
                .toArray(String[]::new);
        List<IpcConnection> connections = new ArrayList<>();
        try (ForkedJvm frozen = ForkedJvm.start(ShopProgram.class, stalled);
                IpcServer server = RemoteObjects.export(Counters.class, shop)
                        .addTo(IpcServer.builder(transport + ":healthy"))
                        .start();
                IpcConnection healthy =
                        IpcClient.connect(server.endpoints().get(0).toString())) {
            frozen.ask("endpoints");
            Counter good = counter(healthy);
            List<Counter> theirs = new ArrayList<>();
            for (String address : stalled) {
                IpcConnection connection =
                        IpcClient.builder(address).requestTimeout(FOR_EVER).connect();
                connections.add(connection);
                theirs.add(counter(connection));
            }
            frozen.freeze();
            CompletableFuture.allOf(connections.stream()
                            .map(connection ->
                                    CompletableFuture.runAsync(() -> fill(connection), StalledPeersTest::start))
                            .toArray(CompletableFuture<?>[]::new))
                    .get();
            theirs.forEach(counter -> RemoteObject.of(counter).close());

            RemoteObject.of(good).close();

            assertThat(shop.returned.take()).isSameAs(shop.given.take());
            assertThat(connections).allMatch(IpcConnection::isOpen);
        } finally {
            ForkedJvm.killAll();
            connections.forEach(IpcConnection::close);
        }
    }

    /** Until not even a small message fits. */
    private static void fill(IpcConnection connection) {
        for (int bytes : List.of(60_000, 1_000, 1)) {
            ValueSet message = ValueSet.of("x", new byte[bytes]);
            CompletableFuture<ValueSet> sent;
            do {
                sent = connection
                        .call("valise.ping")
                        .timeout(Duration.ofMillis(200))
                        .requestAsync(message);
            } while (!sent.isCompletedExceptionally()); // what was sent is answered later, or never
        }
        assertThat(connection.isOpen()).isTrue();
    }

    private static Counter counter(IpcConnection connection) {
        return RemoteObjects.of(connection).remote(Counters.class).make();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "filler");
        thread.setDaemon(true);
        thread.start();
    }

    @Test
    void workThatBlocksHoldsUpItsOwnLaneAloneAndRunsOncePerSignalAtLeast() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch atWork = new CountDownLatch(20);
        List<DrainLoop> loops = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            DrainLoop loop = new DrainLoop(() -> {
                atWork.countDown();
                await(blocked);
            });
            loops.add(loop);
            loop.signal();
        }
        atWork.await(); // all twenty at a time
        BlockingQueue<String> done = new LinkedBlockingQueue<>();
        DrainLoop free = new DrainLoop(() -> done.add("done"));
        for (int i = 0; i < 100; i++) {
            free.signal();
            assertThat(done.take()).isEqualTo("done");
        }
        blocked.countDown();
        loops.forEach(DrainLoop::signal);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
