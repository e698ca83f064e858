package io.valise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.examples.access.GuardedQuotes;
import io.valise.examples.access.QuotesReader;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.IssuedGrants;
import io.valise.ipc.services.loopback.LoopbackManifest;
import io.valise.ipc.services.loopback.LoopbackManifest.Direction;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The example of a guarded server, with its clients in processes of their own. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class AccessExamplesTest {
    @BeforeEach
    void useTheConfigurationOfTheExamples() {
        System.setProperty(
                TestHome.CONFIGURATION_PROPERTY, ExampleRun.configuration().toString());
    }

    @AfterEach
    void restore() {
        TestHome.restoreConfiguration();
    }

    private static String price(String application, Path grant) throws Exception {
        return ExampleRun.of(QuotesReader.class, application, grant.toString());
    }

    @Test
    void aManifestAndAGrantOpenTheServerAndARevocationClosesIt(@TempDir Path folder) throws Exception {
        AppIdentity quotes = AppIdentity.open("acme", "quotes");
        List<String> ids = Stream.of("reader", "viewer", "writer", "audit")
                .map(name -> AppIdentity.open("acme", name).id())
                .toList();
        ExampleRun.undeclare(LoopbackManifest.FOLDER, quotes.id());
        for (String id : ids) {
            ExampleRun.undeclare(LoopbackManifest.FOLDER, id);
        }
        Path file = folder.resolve("quotes.grant");
        Process server = ExampleRun.start(TestHome.path(), GuardedQuotes.class, file.toString());
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("serving [loopback:guarded-quotes]");
            assertThat(price("reader", file)).contains("ACCESS_DENIED"); // by both ends
            for (String id : ids) {
                LoopbackManifest.update(quotes.id(), own -> own.with(Direction.IN, side -> side.allowing(id)));
            }
            assertThat(price("reader", file)).contains("client lacks an out rule for " + quotes.id());
            for (String id : ids) {
                LoopbackManifest.update(id, own -> own.with(Direction.OUT, side -> side.allowing(quotes.id())));
            }
            assertThat(price("reader", file)).isEqualTo("101.25");
            assertThat(price("viewer", file)).isEqualTo("101.25");
            assertThat(price("writer", file)).contains("ACCESS_DENIED");
            assertThat(price("audit", file)).as("by its name").isEqualTo("101.25");
            IssuedGrants.of(quotes).revoke(CapabilityGrant.read(file));
            String after = price("reader", file);
            while (after.equals("101.25")) { // for a second at most
                after = price("reader", file);
            }
            assertThat(after).contains("ACCESS_DENIED");
        } finally {
            server.destroyForcibly().waitFor();
        }
    }
}
