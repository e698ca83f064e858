package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ClassLog;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A client does not wait for Chronicle Bytes, which takes longer to load than all the rest of its first request. */
@ExtendWith(HangWatchdog.class)
class FreshClientTest {
    private static final String CHRONICLE = "net.openhft.chronicle";

    @Test
    void connectsAndAsksWithoutChronicle(@TempDir Path folder) throws Exception {
        ClassLog log = new ClassLog(folder);
        String pid = String.valueOf(ProcessHandle.current().pid());
        try (IpcServer server = IpcServer.builder("shm:fresh" + pid)
                        .service("echo", Request::message)
                        .start();
                ForkedJvm client = ForkedJvm.start(List.of(log.option()), Program.class)) {
            assertThat(client.ask("request", "shm:fresh" + pid)).isEqualTo("42");
            assertThat(client.ask("request", "any:fresh" + pid)).isEqualTo("42");
            assertThat(server.endpoints()).hasSize(1);
            client.kill();
        }
        assertThat(log.count("io.valise.ipc.sharedmem.os.JdkMemory")).isPositive();
        assertThat(log.count(CHRONICLE)).isZero();
    }

    /** The program that is forked. */
    static final class Program {
        private Program() {}

        /** Is a client on command. */
        public static void main(String[] arguments) {
            CommandLoop.run((command, words) -> {
                try (IpcConnection connection = IpcClient.connect(words.get(0))) {
                    ValueSet reply = connection.request("echo", ValueSet.of("n", 42));
                    return String.valueOf(reply.getInt("n"));
                }
            });
        }
    }
}
