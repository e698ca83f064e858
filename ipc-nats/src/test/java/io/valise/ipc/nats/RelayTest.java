package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.flow.AllItems;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.InFullRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Networks between a process and its broker that are late, slow, silent, or cut. */
@NeedsNats
class RelayTest {
    private static final int CALLS = 100;
    private static final int ITEMS = 500;
    private static final Duration DELAY = Duration.ofMillis(50);

    private static ValueSet number(int n) {
        return ValueSet.of("n", n);
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static void awaitTicks(ForkedJvm server, int count) {
        while (!server.ask("ticks").startsWith(count + " ")) {
            LockSupport.parkNanos(1_000_000); // there is no notification
        }
        assertThat(server.ask("ticks")).isEqualTo(count + " in order");
    }

    @Test
    void whatIsDelayedArrivesWholeAndInOrder() throws Exception {
        try (NatsServer broker = NatsServer.open();
                TcpRelay relay = TcpRelay.to(broker);
                ForkedJvm server = NotingServer.start(broker.url(), "only")) {
            relay.delay(DELAY);
            try (IpcConnection client = Outage.client(relay.transport()).connect()) {
                List<CompletableFuture<ValueSet>> calls = new ArrayList<>();
                for (int i = 0; i < CALLS; i++) {
                    calls.add(client.requestAsync("note", number(i)));
                }
                for (int i = 0; i < ITEMS; i++) {
                    client.send("tick", number(i));
                }
                assertThat(AllItems.of(client.stream("numbers", number(ITEMS))).join())
                        .isEqualTo(IntStream.range(0, ITEMS)
                                .mapToObj(RelayTest::number)
                                .toList());
                for (int i = 0; i < CALLS; i++) {
                    assertThat(calls.get(i).join()).isEqualTo(number(i));
                }
                ValueSet large = ValueSet.of("n", CALLS, "payload", bytes(1 << 20));
                assertThat(client.request("note", large)).isEqualTo(large);
                awaitTicks(server, ITEMS);
                assertThat(NotingServer.seenBy(server).twice()).isZero();
                assertThat(NotingServer.seenBy(server).count()).isEqualTo(CALLS + 1);
            }
        }
    }

    /** Between the client and the broker. */
    @FunctionalInterface
    private interface OfTheClient {
        void with(NatsServer broker, TcpRelay relay, ForkedJvm server) throws Exception;
    }

    private static void atTheClient(OfTheClient test) throws Exception {
        try (NatsServer broker = NatsServer.open();
                TcpRelay relay = TcpRelay.to(broker);
                ForkedJvm server = NotingServer.start(broker.url(), "only")) {
            test.with(broker, relay, server);
        }
    }

    private static void atTheServer(OfTheClient test) throws Exception {
        try (NatsServer broker = NatsServer.open();
                TcpRelay relay = TcpRelay.to(broker);
                ForkedJvm server = NotingServer.start(relay.url(), "only")) {
            test.with(broker, relay, server);
        }
    }

    @Test
    void shortStallOfTheClientLosesNothing() throws Exception {
        atTheClient((broker, relay, server) -> Outage.forAWhile(relay.transport(), server, relay::stall, relay::goOn));
    }

    @Test
    @InFullRun("the stall of the client shows it too")
    void shortStallOfTheServerLosesNothing() throws Exception {
        atTheServer((broker, relay, server) -> Outage.forAWhile(broker.transport(), server, relay::stall, relay::goOn));
    }

    @Test
    @InFullRun("stopped processes and a cable show it too")
    void longStallOfTheClientEndsItsConnectionsAndItComesBack() throws Exception {
        atTheClient((broker, relay, server) ->
                Outage.tooLong(Outage.impatient(relay.url()), server, relay::stall, relay::goOn));
    }

    @Test
    @InFullRun("as the one of the client")
    void longStallOfTheServerEndsConnectionsAndClientsComeBack() throws Exception {
        atTheServer((broker, relay, server) ->
                Outage.tooLong(Outage.impatient(broker.url()), server, relay::stall, relay::goOn));
    }

    @Test
    void cutOfTheClientEndsItsCallsAndItComesBack() throws Exception {
        atTheClient((broker, relay, server) -> {
            try (CallingPair pair = new CallingPair(server, relay.transport())) {
                pair.endUnderLoad(relay::cut);
            }
        });
    }

    @Test
    void cutOfTheServerEndsItsCallsAndItsNamesComeBack() throws Exception {
        atTheServer((broker, relay, server) -> {
            try (CallingPair pair = new CallingPair(server, broker.transport())) {
                pair.endUnderLoad(relay::cut);
            }
        });
    }
}
