package io.valise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.examples.appservice.Quotes;
import io.valise.examples.appservice.QuotesClient;
import io.valise.examples.helper.Editor;
import io.valise.examples.helper.Spelling;
import io.valise.examples.result.AskColour;
import io.valise.examples.result.ColourPicker;
import io.valise.examples.runtime.Bootstrap;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

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
        ExampleRun.undeclare("helpers", "editor");
        assertThat(ExampleRun.of(Editor.class)).startsWith("ACCESS_DENIED: group \"spelling\" is not declared in ");
        ValueSet helpers = ValueSet.of("spelling", ExampleRun.command(Spelling.class));
        ExampleRun.declare("helpers", "editor", ValueSet.of("application", "editor", "helpers", helpers));
        assertThat(ExampleRun.of(Editor.class)).isEqualTo("{mistakes=1}");
    }

    @Test
    void aTargetReportsItsResult() throws IOException {
        ExampleRun.declare(
                "targets",
                "pick-colour",
                ValueSet.of("name", "pick-colour", "command", ExampleRun.command(ColourPicker.class)));
        assertThat(ExampleRun.of(AskColour.class)).isEqualTo("white");
    }

    @Test
    void theRuntimeSaysWhatItFound() throws IOException {
        assertThat(ExampleRun.of(Bootstrap.class).lines())
                .containsExactly("io.valise.ipc.sharedmem", "io.valise.ipc.pipes", "io.valise.ipc.loopback");
    }
}
