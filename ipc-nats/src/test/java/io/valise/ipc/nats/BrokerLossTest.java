package io.valise.ipc.nats;

import static io.valise.ipc.nats.Expect.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testlog.LogWatch;
import io.valise.ipc.testlog.MayLog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Brokers that end, and come back. */
@NeedsNats
@ExtendWith(LogWatch.class)
@MayLog("is not served until there is a NATS broker")
class BrokerLossTest {
    private static IpcServer.Builder server(NatsServer broker) {
        return IpcServer.builder("nats:quotes")
                .transport(broker.transport())
                .access(AccessPolicy.anyone())
                .service("echo", request -> request.message());
    }

    @Test
    void killedBrokerEndsItsConnectionsAndServersAndClientsComeBack() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        CompletableFuture<ValueSet> never = new CompletableFuture<>();
        try (NatsServer broker = NatsServer.open();
                IpcServer ignored = server(broker)
                        .asyncService("never", request -> {
                            seen.countDown();
                            return never;
                        })
                        .start();
                IpcConnection plain = IpcClient.builder("nats:quotes")
                        .transport(broker.transport())
                        .connect();
                IpcConnection returning = IpcClient.builder("nats:quotes")
                        .transport(broker.transport())
                        .requestTimeout(Duration.ofSeconds(30))
                        .reconnect(ReconnectPolicy.standard())
                        .connect()) {
            CompletableFuture<ValueSet> pending = plain.requestAsync("never", ValueSet.empty());
            seen.await();
            broker.kill();
            IpcException why = Expect.failureOf(pending);
            assertThat(why.status()).isEqualTo(IpcStatus.PEER_DIED);
            assertThat(why.delivery()).isEqualTo(Delivery.UNKNOWN);
            assertThat(plain.closed().toCompletableFuture().join().status()).isEqualTo(IpcStatus.PEER_DIED);
            fails(
                    IpcStatus.ENDPOINT_NOT_FOUND,
                    "nats-server -p 4222",
                    () -> IpcClient.builder("nats:quotes")
                            .transport(broker.transport())
                            .connect());
            broker.restart();
            assertThat(returning.request("echo", ValueSet.of("n", 1))).isEqualTo(ValueSet.of("n", 1));
            assertThat(never).isNotDone();
        }
    }

    /** The thread that serves the name again. */
    private static Thread returning() {
        Optional<Thread> found = Optional.empty();
        while (found.isEmpty()) { // until the loss is noticed
            found = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("valise-nats-return"))
                    .findFirst();
        }
        return found.get();
    }

    @Test
    void serverWhoseBrokerIsAwayCloses() throws InterruptedException {
        try (NatsServer broker = NatsServer.open()) {
            IpcServer server = server(broker).start();
            broker.kill();
            Thread returning = returning();
            server.close();
            returning.join();
            broker.restart();
            fails(
                    IpcStatus.ENDPOINT_NOT_FOUND,
                    "no server has the name",
                    () -> IpcClient.builder("nats:quotes")
                            .transport(broker.transport())
                            .connect());
        }
    }

    @Test
    void brokerThatHangsIsTimedOutAndNothingIsLostWhenItGoesOn() {
        try (NatsServer broker = NatsServer.open();
                IpcServer ignored = server(broker).start();
                IpcConnection client = IpcClient.builder("nats:quotes")
                        .transport(broker.transport())
                        .connect()) {
            broker.freeze();
            fails(
                    IpcStatus.TIMEOUT,
                    "in time",
                    () -> IpcClient.builder("nats:quotes")
                            .transport(new NatsTransport(NatsOptions.builder(broker.url())
                                    .name("other")
                                    .build()))
                            .connectTimeout(Duration.ofMillis(200))
                            .connect());
            CompletableFuture<ValueSet> late = client.requestAsync("echo", ValueSet.of("n", 7));
            broker.thaw();
            assertThat(late.join()).isEqualTo(ValueSet.of("n", 7));
        }
    }
}
