package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ipc list}, {@code top}, {@code ping} and {@code doctor} in this process. */
@ExtendWith(HangWatchdog.class)
class LookingTest {
    /** Where no other test has a server, or leaves one. */
    @RegisterExtension
    final OwnHome own = new OwnHome();

    @Test
    void listSaysThatThereIsNoServer() {
        assertThat(CommandRun.of("list").out()).startsWith("No server of this user is running.");
        assertThat(CommandRun.of("list", "--json").json().get("servers")).isEmpty();
    }

    @Test
    void listShowsEveryAddressWithItsServer() {
        try (IpcServer server = IpcServer.builder("any:listed")
                        .service("price", request -> ValueSet.empty())
                        .start();
                IpcConnection client = IpcClient.connect("pipe:listed")) {
            CommandRun run = CommandRun.of("list", "--timeout", "20s");
            assertThat(run.out().lines().skip(1)).hasSize(server.endpoints().size() - 1);
            server.endpoints().stream()
                    .filter(endpoint -> !endpoint.scheme().equals("local"))
                    .forEach(endpoint -> assertThat(run.out().lines())
                            .anyMatch(line -> line.startsWith(endpoint + " ")
                                    && line.contains(
                                            " " + ProcessHandle.current().pid() + " ")
                                    && line.endsWith("price")));
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void listAsJsonCountsConnectionsWithoutItsOwn() {
        try (IpcServer server = IpcServer.builder("pipe:counted").start();
                IpcConnection first = IpcClient.connect("pipe:counted");
                IpcConnection second = IpcClient.connect("pipe:counted")) {
            JsonNode servers =
                    CommandRun.of("list", "--json", "--timeout", "20s").json().get("servers");
            assertThat(servers).hasSize(server.endpoints().size());
            JsonNode found = servers.get(0);
            assertThat(found.get("endpoint").textValue()).isEqualTo("pipe:counted");
            assertThat(found.get("answers").booleanValue()).isTrue();
            assertThat(found.get("pid").longValue())
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(found.get("connections").longValue()).isEqualTo(2);
            assertThat(found.get("services")).isEmpty();
            assertThat(first.isOpen() && second.isOpen()).isTrue();
        }
    }

    @Test
    void listTellsOfAServerThatDoesNotAnswer() {
        CountDownLatch stuck = new CountDownLatch(1);
        IpcServer server = IpcServer.builder("pipe:stuck")
                .executor(work -> new Thread(() -> {
                            awaitUninterruptibly(stuck);
                            work.run();
                        })
                        .start())
                .start();
        try (server) {
            CommandRun run = CommandRun.of("list", "--timeout", "300ms");
            assertThat(run.status()).isZero();
            assertThat(run.out()).contains("pipe:stuck").contains("does not answer: TIMEOUT");
            JsonNode found = CommandRun.of("list", "--timeout", "300ms", "--json")
                    .json()
                    .get("servers")
                    .get(0);
            assertThat(found.get("answers").booleanValue()).isFalse();
            assertThat(found.get("problem").textValue()).isEqualTo("TIMEOUT");
        } finally {
            stuck.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "services", "top --once"})
    void anIdentityThatIsNoneIsToldAsByCall(String command) throws IOException {
        AppIdentity.open("damaged", "reader");
        Files.writeString(own.configuration().resolve("keys/damaged.key"), "nothing");
        for (String identity : List.of("unheard/reader", "reader_0000000000000", "damaged/reader", "no=name")) {
            CommandRun call = CommandRun.of("call", "pipe:absent", "echo", "--identity", identity);
            CommandRun run = CommandRun.of((command + " --identity " + identity).split(" "));
            assertThat(run.status()).isEqualTo(call.status()).isEqualTo(identity.equals("no=name") ? 2 : 1);
            assertThat(run.err()).isEqualTo(call.err().replace("ipc call", "ipc " + command.replaceFirst(" .*", "")));
            assertThat(run.out()).isEmpty();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void topShowsLoadOnce() {
        try (IpcServer server = IpcServer.builder("shm:topped")
                        .service("echo", request -> request.message())
                        .start();
                IpcConnection client = IpcClient.connect("shm:topped")) {
            CommandRun run = CommandRun.of("top", "--once", "--timeout", "20s");
            assertThat(run.out())
                    .startsWith("APPLICATION")
                    .containsPattern(" 0 +[0-9.]+ K?i?B +[0-9]+% +shm:topped")
                    .doesNotContain("\u001b");
            JsonNode json = CommandRun.of("top", "--once", "--json", "--timeout", "20s")
                    .json()
                    .get("servers")
                    .get(0);
            assertThat(json.get("requestsPerSecond").longValue()).isZero();
            assertThat(json.get("connections").longValue()).isEqualTo(1);
            assertThat(json.get("ringOccupancy").doubleValue()).isBetween(0.0, 0.25);
            assertThat(json.get("bytesUnsent").longValue()).isZero();
            assertThat(server.connections()).isNotEmpty();
            assertThat(client.isOpen()).isTrue();
        }
    }

    /** The first look has the server measure. */
    @Test
    void topShowsTheLatencyOfEachService() {
        try (IpcServer server = IpcServer.builder("pipe:measured")
                        .service("echo", request -> request.message())
                        .start();
                IpcConnection client = IpcClient.connect("pipe:measured")) {
            assertThat(CommandRun.of("top", "--once", "--timeout", "20s").out())
                    .contains("P50")
                    .doesNotContain("  echo");
            client.request("echo", ValueSet.of("n", 1));
            assertThat(server.stats().latency().count()).isEqualTo(1);
            assertThat(CommandRun.of("top", "--once", "--timeout", "20s").out())
                    .containsPattern("(?m)^  echo +[0-9.,]+ µs +[0-9.,]+ µs$");
            JsonNode json = CommandRun.of("top", "--once", "--json", "--timeout", "20s")
                    .json()
                    .get("servers")
                    .get(0);
            assertThat(json.get("measuredServices").get(0).textValue()).isEqualTo("echo");
            assertThat(json.get("measuredRequests").get(0).longValue()).isEqualTo(1);
            assertThat(json.get("latencyP99").get(0).longValue()).isPositive();
        }
    }

    /** As of {@code ipc top | head -1}. */
    @Test
    void topEndsWhenItsReaderHasGone() throws Exception {
        try (ForkedIpc top = ForkedIpc.start("top", "--interval", "100ms")) {
            top.process().getInputStream().close();
            assertThat(top.process().waitFor()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shm:pinged", "pipe:pinged", "loopback:pinged", "local:pinged"})
    void pingPrintsPercentiles(String endpoint) {
        try (IpcServer server = IpcServer.builder("any:pinged").start()) {
            CommandRun run = CommandRun.of("ping", endpoint, "-c", "200", "--warm-up", "200", "--size", "64");
            assertThat(run.status()).isZero();
            assertThat(run.out()).startsWith(endpoint + ": 200 round trips of 64 B, adaptive");
            assertThat(run.out()).contains("min ", "p50 ", "p90 ", "p99 ", "p99.9 ", "max ", "µs");
            assertThat(server.stats().requestsServed())
                    .isBetween(201L, 400L); // the warm-up ends after 2 s at the latest
        }
    }

    @Test
    void pingAsJsonHasOrderedFigures() {
        try (IpcServer server = IpcServer.builder("shm:measured").start()) {
            CommandRun run = CommandRun.of(
                    "ping",
                    server.endpoints().get(0).toString(),
                    "-c",
                    "100",
                    "--warm-up",
                    "0",
                    "--json",
                    "--strategy",
                    "spinning");
            JsonNode json = run.json();
            assertThat(json.get("count").longValue()).isEqualTo(100);
            assertThat(json.get("strategy").textValue()).isEqualTo("spinning");
            assertThat(json.get("minMicros").doubleValue()).isPositive();
            assertThat(json.get("p50Micros").doubleValue())
                    .isBetween(
                            json.get("minMicros").doubleValue(),
                            json.get("p999Micros").doubleValue());
        }
    }

    @Test
    void pingWithAnIntervalPrintsEach() {
        try (IpcServer server = IpcServer.builder("local:slowly").start()) {
            CommandRun run =
                    CommandRun.of("ping", server.endpoints().get(0).toString(), "-c", "3", "--interval", "1ms");
            assertThat(run.out().lines()).hasSize(5).anyMatch(line -> line.startsWith("local:slowly 3 "));
        }
    }

    @Test
    void doctorTriesEveryTransport() {
        CommandRun run = CommandRun.of("doctor");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("✓ shm", "✓ pipe", "✓ loopback", "runtime directory", "processors", "Java");
        JsonNode json = CommandRun.of("doctor", "--json").json();
        assertThat(json.get("ok").booleanValue()).isTrue();
        assertThat(json.get("transports")).hasSize(3);
        assertThat(json.get("networks")).hasSize(1);
        assertThat(json.get("networks").get(0).get("scheme").textValue()).isEqualTo("nats");
        assertThat(json.get("runtimeDirectory").get("freeBytes").longValue()).isPositive();
    }
}
