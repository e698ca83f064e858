package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;
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

    @Test
    void aSignalClosesTheServerOfTheReadme() throws Exception {
        assumeTrue(ProcessHandle.current().supportsNormalTermination(), "no SIGTERM here");
        try (ForkedJvm server = ForkedJvm.start(ExampleProcess.class)) {
            server.ask("serve");
            server.ask("await", "loopback:quotes");
            try (IpcConnection client = IpcClient.connect("any:quotes")) {
                server.terminate();
                CloseReason reason = client.closed().toCompletableFuture().get();
                assertThat(reason.status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
                assertThat(server.awaitExit()).isEqualTo(128 + 15);
            }
        }
    }
}
