package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.spring.shop.Ask;
import io.valise.ipc.spring.shop.Quote;
import io.valise.ipc.spring.shop.QuotesClient;
import io.valise.ipc.spring.stock.ClientApplication;
import io.valise.ipc.spring.stock.Stock;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.rule.FullRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Two applications in two processes, the server as one executable jar. */
class BootApplicationTest {
    @RegisterExtension
    final OwnHome home = new OwnHome();

    /** On Windows nothing asks a process to end. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void anApplicationThatIsToldToEndAnswersTheCallThatRuns(@TempDir Path folder) throws Exception {
        assumeThat(SpringBootVersion.getVersion().startsWith("4.") || FullRun.isAskedFor())
                .as("the same with the newest Spring Boot; here in the full run")
                .isTrue();
        Process server = start(BootJar.make(folder));
        try (BufferedReader output = server.inputReader();
                ConfigurableApplicationContext client = new SpringApplicationBuilder(ClientApplication.class)
                        .web(WebApplicationType.NONE)
                        .properties("spring.main.banner-mode=off", "logging.level.root=error")
                        .run()) {
            awaitStart(output);
            QuotesClient quotes = client.getBean(QuotesClient.class);
            assertThat(quotes.price(new Ask("KRW"))).isEqualTo(new Quote("KRW", 101.25));
            assertThat(client.getBean(Stock.class).take("book", 3)).isEqualTo(7);
            assertThat(ActuatorHealth.of(client).status()).isEqualTo("UP");
            assertThat(ActuatorHealth.of(client).clients().get("quotes"))
                    .asString()
                    .contains("CONNECTED");

            IpcConnection connection = client.getBean(IpcConnections.class).get("quotes");
            CompletableFuture<Ask> ordering = new CompletableFuture<>();
            connection.onEvent("ordering", Ask.class, ordering::complete);
            CompletableFuture<Quote> order = connection.requestAsync("order", new Ask("KRW"), Quote.class);
            assertThat(ordering.get()).isEqualTo(new Ask("KRW"));
            server.destroy();
            assertThat(order.get()).isEqualTo(new Quote("KRW", 1));
            assertThat(server.waitFor()).isEqualTo(143);
        } finally {
            server.destroyForcibly();
        }
    }

    private static Process start(Path jar) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        for (String property : List.of(TestHome.PROPERTY, TestHome.CONFIGURATION_PROPERTY, TestHome.CACHE_PROPERTY)) {
            command.add("-D" + property + "=" + System.getProperty(property));
        }
        command.addAll(List.of("-jar", jar.toString(), "--spring.application.name=quotes"));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static void awaitStart(BufferedReader output) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            if (line.contains("Valise server started")) {
                return;
            }
        }
        throw new AssertionError("the application ended: " + said);
    }
}
