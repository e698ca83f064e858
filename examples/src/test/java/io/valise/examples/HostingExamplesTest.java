package io.valise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.examples.appservice.Quotes;
import io.valise.examples.appservice.QuotesClient;
import io.valise.examples.helper.Editor;
import io.valise.examples.result.AskColour;
import io.valise.examples.result.Shorten;
import io.valise.examples.runtime.Bootstrap;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The examples of hosting, launching and the runtime print what they should. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class HostingExamplesTest {
    private static final String PRICE = "{symbol=\"KRW/USD\", bid=101.25}";

    @Test
    void aServiceIsStartedByItsClient() throws IOException {
        ExampleRun.declare(
                "services",
                "quotes",
                ValueSet.of("name", "quotes", "command", ExampleRun.command(Quotes.class), "idleSeconds", 0.5));
        assertThat(ExampleRun.of(QuotesClient.class)).isEqualTo(PRICE);
    }

    @Test
    void theSameServiceServesInsideItsClient() throws IOException {
        assertThat(ExampleRun.of(QuotesClient.class, "inside")).isEqualTo("[local:quotes] " + PRICE);
    }

    @Test
    void aHelperIsLaunchedAndCalled() throws IOException {
        String editor = editor();
        ExampleRun.undeclare("helpers", editor);
        assertThat(ExampleRun.of(Editor.class)).startsWith("ACCESS_DENIED: group \"spelling\" is not declared in ");
        ExampleManifests.declareSpelling(editor);
        assertThat(ExampleRun.of(Editor.class)).isEqualTo("{mistakes=1}");
    }

    /** Its id, by the key in the configuration folder of the examples. */
    private static String editor() {
        TestHome.restoreConfiguration();
        return AppIdentity.open("acme", "editor").id();
    }

    @Test
    void aTargetReportsItsResult() throws IOException {
        ExampleManifests.declareColourPicker();
        assertThat(ExampleRun.of(AskColour.class)).isEqualTo("white");
    }

    @Test
    void aFileGoesToATargetAndAShorterOneComesBack(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "hello world");
        Path copy = folder.resolve("copy");
        ExampleRun.undeclare("targets", "shortener");
        assertThat(ExampleRun.of(Shorten.class, file.toString(), copy.toString()))
                .startsWith("NOT_INSTALLED: no target takes URIs of scheme \"shorten\": no manifest in ");
        ExampleManifests.declareShortener();
        assertThat(ExampleRun.of(Shorten.class, file.toString(), copy.toString()))
                .isEqualTo("5 bytes");
        assertThat(copy).hasContent("hello");
    }

    @Test
    void theRuntimeSaysWhatItFound() throws IOException {
        assertThat(ExampleRun.of(Bootstrap.class).lines())
                .containsExactly(
                        "io.valise.ipc.sharedmem",
                        "io.valise.ipc.pipes",
                        "io.valise.ipc.loopback",
                        "io.valise.ipc.nats");
    }
}
