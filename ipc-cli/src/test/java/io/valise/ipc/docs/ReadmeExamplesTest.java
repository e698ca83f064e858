package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What README.md shows does what it says, between two processes. */
@ExtendWith(HangWatchdog.class)
class ReadmeExamplesTest {
    @Test
    void serverAndClientOfTheReadmeTalk() {
        try (ForkedJvm server = ForkedJvm.start(ExampleProcess.class);
                ForkedJvm client = ForkedJvm.start(ExampleProcess.class)) {
            server.ask("serve");
            client.ask("await", "loopback:quotes"); // the last one that any: starts to serve

            assertThat(client.ask("client")).isEqualTo("KRW/USD 101.25");
            assertThat(client.ask("choosy")).isEqualTo("101.25 | SERVICE_NOT_FOUND, REJECTED");
        }
    }
}
