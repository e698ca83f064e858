package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Applications may leave out Chronicle Bytes and JNA: the JDK's memory and sockets serve. */
@ExtendWith(HangWatchdog.class)
class WithoutLibrariesTest {
    private ForkedJvm jvm;

    @BeforeEach
    void start() {
        ClassPath bare = ClassPath.ofThisJvm()
                .without("chronicle-.*[.]jar")
                .without("jna-.*[.]jar")
                .without("slf4j-.*[.]jar");
        jvm = ForkedJvm.start(bare, List.of(), Program.class);
    }

    @AfterEach
    void end() {
        jvm.close();
    }

    @Test
    void aServerServesAndAClientAsks() {
        String address = "shm:bare" + jvm.pid();
        assertThat(jvm.ask("serve", address)).contains("jdk memory");
        try (IpcConnection connection = IpcClient.connect(address)) {
            for (int i = 0; i < 1000; i++) { // longer than futexes are waited for
                assertThat(connection.request("echo", ValueSet.of("n", i)).getInt("n"))
                        .isEqualTo(i);
            }
        }
        assertThat(jvm.ask("close")).isEmpty();
        String here = "shm:here" + jvm.pid();
        try (IpcServer server =
                IpcServer.builder(here).service("echo", Request::message).start()) {
            assertThat(jvm.ask("request", here)).isEqualTo("42");
            assertThat(server.endpoints()).hasSize(1);
        }
        assertThat(jvm.printed()).isEmpty();
    }

    @Test
    void aRegionHasItsBufferAndSaysWhatItsBytesNeed() {
        assertThat(jvm.ask("buffer")).isEqualTo("7");
        assertThatThrownBy(() -> jvm.ask("bytes"))
                .hasMessageContainingAll("UNSUPPORTED", "net.openhft:chronicle-bytes");
    }

    /** The program that is forked. */
    static final class Program {
        private static IpcServer server;

        private Program() {}

        /** Serves, asks and shares on command. */
        public static void main(String[] arguments) {
            CommandLoop.run((command, words) -> switch (command) {
                case "serve" -> serve(words.get(0));
                case "request" -> request(words.get(0));
                case "close" -> close();
                default -> region(command);
            });
        }

        private static String serve(String address) {
            server =
                    IpcServer.builder(address).service("echo", Request::message).start();
            return new ShmTransport().availability().detail();
        }

        private static String close() {
            server.close();
            return "";
        }

        private static String request(String address) {
            try (IpcConnection connection = IpcClient.connect(address)) {
                return String.valueOf(
                        connection.request("echo", ValueSet.of("n", 42)).getInt("n"));
            }
        }

        private static String region(String view) {
            try (SharedRegion region = SharedRegion.create(8)) {
                region.write(r -> r.buffer().put(3, (byte) 7));
                return view.equals("buffer")
                        ? region.read(r -> String.valueOf(r.buffer().get(3)))
                        : String.valueOf(region.bytes());
            }
        }
    }
}
