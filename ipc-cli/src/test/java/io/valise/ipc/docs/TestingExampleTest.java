package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.testkit.HangWatchdog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What docs/testing.md shows does what it says. */
@ExtendWith(HangWatchdog.class)
class TestingExampleTest {
    record Ask(String symbol) {}

    record Quote(String symbol, double bid) {}

    static IpcServer.Builder offer(IpcServer.Builder builder) {
        return builder.service("price", Ask.class, Quote.class, ask -> new Quote(ask.symbol(), 101.25));
    }

    @Test
    void answersWithAPrice() {
        try (IpcServer server = offer(IpcServer.builder("local:prices")).start();
                IpcConnection connection = IpcClient.connect("local:prices")) {
            assertThat(connection.request("price", new Ask("KRW/USD"), Quote.class))
                    .isEqualTo(new Quote("KRW/USD", 101.25));
        }
    }

    @Test
    void aLateAnswerIsATimeout() {
        try (IpcServer server = IpcServer.builder("local:prices")
                        .asyncService("price", request -> new CompletableFuture<>())
                        .start();
                IpcConnection connection = IpcClient.builder("local:prices")
                        .requestTimeout(Duration.ofMillis(20))
                        .connect()) {
            assertThatThrownBy(() -> connection.request("price", new Ask("KRW/USD"), Quote.class))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.TIMEOUT));
        }
    }

    @Test
    void aClientOutlivesARestart() {
        IpcServer first = offer(IpcServer.builder("local:prices")).start();
        try (IpcConnection connection = IpcClient.builder("local:prices")
                .reconnect(ReconnectPolicy.standard().idempotent("price"))
                .connect()) {
            first.close();
            try (IpcServer second = offer(IpcServer.builder("local:prices")).start()) {
                assertThat(connection
                                .request("price", new Ask("KRW/USD"), Quote.class)
                                .bid())
                        .isEqualTo(101.25);
            }
        }
    }
}
