package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses that are parsed already, options of both builders, values that the library makes, and an interrupted shutdown. */
class BuilderOptionsTest {
    private static final Endpoint ONE = new Endpoint("local", "options-one");
    private static final Endpoint TWO = new Endpoint("local", "options-two");

    @Test
    void anAddressMayBeGivenParsed() {
        try (IpcServer server = IpcServer.builder(ONE, TWO).start();
                IpcConnection first = IpcClient.connect(ONE);
                IpcConnection second = IpcClient.builder(TWO).connect()) {
            assertThat(server.endpoints()).containsExactly(ONE, TWO);
            assertThat(List.of(first.endpoint(), second.endpoint())).containsExactly(ONE, TWO);
        }
    }

    @Test
    void aServerNeedsAnAddress() {
        assertThatThrownBy(() -> IpcServer.builder())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs at least one endpoint");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-0.000000001S", "PT-2562047788015215H-30M-8S"})
    void timeoutsArePositiveAtBothEnds(Duration none) {
        assertThatThrownBy(() -> IpcServer.builder(ONE).requestTimeout(none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("requestTimeout: must be positive, actual=" + none);
        assertThatThrownBy(() -> IpcClient.builder(ONE).requestTimeout(none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("requestTimeout: must be positive, actual=" + none);
    }

    @Test
    void theLongestTimeoutsOverflowNothing() throws Exception {
        Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
        ValueSet message = ValueSet.of("n", 1);
        try (IpcServer server = IpcServer.builder(ONE)
                        .requestTimeout(longest)
                        .service("echo", Request::message)
                        .asyncService("never", request -> new CompletableFuture<>())
                        .start();
                IpcConnection client = IpcClient.builder(ONE)
                        .connectTimeout(longest)
                        .requestTimeout(longest)
                        .connect()) {
            assertThat(client.request("echo", message, longest)).isEqualTo(message);
            CompletableFuture<ValueSet> pending =
                    client.call("never").timeout(longest).requestAsync(message);
            CompletableFuture<ValueSet> overdue =
                    client.call("never").timeout(Duration.ofMillis(1)).requestAsync(message);
            assertThatThrownBy(overdue::join) // all deadlines have been looked at
                    .hasCauseInstanceOf(IpcException.class);
            assertThat(pending).isNotDone();
            assertThat(server.connections()).hasSize(1);
        }
    }

    @Test
    void anInterruptEndsAShutdownThatWaitsAndClosesTheServer() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        IpcServer server = IpcServer.builder(ONE)
                .service("wait", request -> {
                    entered.countDown();
                    gate.await();
                    return null;
                })
                .start();
        try (IpcConnection client = IpcClient.connect(ONE)) {
            CompletableFuture<ValueSet> pending = client.requestAsync("wait", ValueSet.empty());
            entered.await();
            BlockingQueue<List<Boolean>> seen = new LinkedBlockingQueue<>();
            Thread closing = new Thread(() -> {
                boolean finished = server.shutdown(Duration.ofDays(1));
                seen.add(List.of(finished, Thread.currentThread().isInterrupted()));
            });
            closing.start();
            closing.interrupt();
            assertThat(seen.take()).containsExactly(false, true);
            server.awaitClosed();
            assertThatThrownBy(pending::join).hasCauseInstanceOf(IpcException.class);
        } finally {
            gate.countDown();
            server.close();
        }
    }

    @Test
    void countersAreEqualByValueAndNameThemselves() {
        Stats some = stats(1, OptionalDouble.of(0.5));
        assertThat(some)
                .isEqualTo(stats(1, OptionalDouble.of(0.5)))
                .hasSameHashCodeAs(stats(1, OptionalDouble.of(0.5)))
                .isEqualTo(Stats.ZERO.plus(some))
                .isNotEqualTo(stats(1, OptionalDouble.of(0.6)))
                .isNotEqualTo(new Stats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, OptionalDouble.of(0.5), Map.of()))
                .isNotEqualTo(Stats.ZERO)
                .hasToString("Stats[requestsSent=1, requestsServed=2, builtInRequestsServed=3, requestsRefused=4,"
                        + " eventsSent=5, eventsReceived=6, bytesSent=7, bytesReceived=8, pending=9, connections=10,"
                        + " bytesUnhandled=11, bytesUnsent=12, ringOccupancy=0.5]");
        assertThat(some.plus(some)).isEqualTo(stats(2, OptionalDouble.of(0.5)));
        assertThat(some.plus(stats(1, OptionalDouble.of(0.7)))).isEqualTo(stats(2, OptionalDouble.of(0.7)));
        assertThat(some.plus(stats(1, OptionalDouble.of(0.3)))).isEqualTo(some.plus(some));
        assertThat(some.plus(stats(1, OptionalDouble.empty()))).isEqualTo(some.plus(some));
    }

    /** Counters 1, 2, 3 and so on, each multiplied. */
    private static Stats stats(int times, OptionalDouble occupancy) {
        long[] all = LongStream.rangeClosed(1, 12).map(number -> number * times).toArray();
        return new Stats(
                all[0],
                all[1],
                all[2],
                all[3],
                all[4],
                all[5],
                all[6],
                all[7],
                (int) all[8],
                (int) all[9],
                all[10],
                all[11],
                occupancy,
                Map.of());
    }

    @Test
    void identitiesAreEqualByValue() {
        PeerIdentity ann = PeerIdentity.ofKernel("ann", false);
        assertThat(ann)
                .isEqualTo(PeerIdentity.ofKernel("ann", false))
                .hasSameHashCodeAs(PeerIdentity.ofKernel("ann", false))
                .isNotEqualTo(PeerIdentity.ofKernel("bob", false))
                .isNotEqualTo(PeerIdentity.ofKernel("ann", true))
                .isNotEqualTo(ann.declaring(OptionalLong.of(1), Optional.empty()))
                .isNotEqualTo(ann.declaring(OptionalLong.empty(), Optional.of("reader")))
                .isNotEqualTo(ann.proving("reader_0000000000000", Map.of()))
                .isNotEqualTo(PeerIdentity.unknown());
    }
}
