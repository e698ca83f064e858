package io.valise.ipc.services.typed;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcServer;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Variants;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;

/** Services, calls, streams and events by records between two processes, over every transport; the client sends plain messages too. */
@ExtendWith(HangWatchdog.class)
class TypedCallsAcceptanceTest {
    @AfterEach
    void endClients() {
        ForkedJvm.killAll();
    }

    @ParameterizedTest
    @Variants({"shm:typed", "pipe:typed", "loopback:typed"})
    void recordsCrossBetweenProcesses(String address) throws Exception {
        BlockingQueue<TypedClient.Ask> noted = new LinkedBlockingQueue<>();
        try (IpcServer server = IpcServer.builder(address)
                        .service("price", TypedClient.Ask.class, TypedClient.Quote.class, TypedClient::quote)
                        .stream("prices", TypedClient.Ask.class, TypedClient.Quote.class, TypedClient::quotes)
                        .onEvent("noted", TypedClient.Ask.class, noted::add)
                        .service("declared", request -> request.message())
                        .describe("declared", TypedClient.Numbered.class, TypedClient.Numbered.class)
                        .start();
                ForkedJvm client = ForkedJvm.start(TypedClient.class, address)) {
            assertThat(server.endpoints()).hasSize(1);
            assertThat(client.ask("ask", "KRW")).isEqualTo("KRW 2026-01-02 [Circle[radius=1.0], Text[text=KRW]]");
            assertThat(client.ask("later", "USD")).isEqualTo("USD 2026-01-02 [Circle[radius=1.0], Text[text=USD]]");
            assertThat(client.ask("plain", "EUR")).isEqualTo("2026-01-02");
            assertThat(client.ask("wrong")).isEqualTo("TYPE_MISMATCH");
            assertThat(client.ask("stream", "KRW", "USD"))
                    .isEqualTo("KRW 2026-01-02 [Circle[radius=1.0], Text[text=KRW]], "
                            + "USD 2026-01-02 [Circle[radius=1.0], Text[text=USD]]");
            assertThat(client.ask("stream-wrong", "KRW")).isEqualTo("TYPE_MISMATCH");
            assertThat(client.ask("send", "EUR")).isEqualTo("sent");
            assertThat(client.ask("schema"))
                    .isEqualTo("[SERVICE declared, SERVICE price, STREAM prices, EVENT noted]"
                            + "[RECORD Ask, SEALED Mark, RECORD Numbered, RECORD Quote]");
            assertThat(noted.take()).isEqualTo(new TypedClient.Ask("EUR"));
        }
    }
}
