package io.valise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.examples.context.OrderDesk;
import io.valise.examples.context.StockServer;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example of a log context and a deadline that follow a request into another process. */
@ExtendWith(HangWatchdog.class)
class ContextExamplesTest {
    @Test
    void theRequestIsLoggedByBothProcesses() throws Exception {
        Process server = ExampleRun.start(TestHome.path(), StockServer.class);
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("serving count");
            assertThat(ExampleRun.of(OrderDesk.class, "r-1").lines())
                    .containsExactly("[r-1] found 7 at a cost of 3", "[r-1] deadline handed on: true");
            assertThat(out.readLine()).isEqualTo("[r-1] count book");
            assertThat(ExampleRun.of(OrderDesk.class, "r-2").lines()).contains("[r-2] deadline handed on: true");
            assertThat(out.readLine()).isEqualTo("[r-2] count book");
        } finally {
            server.destroyForcibly();
        }
    }
}
