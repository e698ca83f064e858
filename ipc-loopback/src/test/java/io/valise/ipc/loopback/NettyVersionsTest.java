package io.valise.ipc.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.Version;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A server serves with each version of Netty that common platforms manage, and reports what it needs where it cannot. This build has
 * 4.1 on the class path of this module, and 4.2 in a folder.
 */
@ExtendWith(HangWatchdog.class)
class NettyVersionsTest {
    private static final Path NEWEST = Path.of(System.getProperty("valise.test.netty"));
    private static final ClassPath WITHOUT = ClassPath.ofThisJvm().without("netty-.*[.]jar");

    @Test
    void serves41() {
        serves("4.1.", ClassPath.ofThisJvm());
    }

    @Test
    void serves42() throws IOException {
        serves("4.2.", WITHOUT.withJarsOf(NEWEST, "netty-.*[.]jar"));
    }

    /** Refused before a class of Netty is loaded. */
    @Test
    void noNettyIsNamed() {
        assertThatServingFails(
                WITHOUT, "Netty is missing: needed ", "4.1.x or 4.2.x", "found none that tells its version");
    }

    @Test
    void halvesOfTwoVersionsAreNamed() throws IOException {
        assertThatServingFails(
                ClassPath.ofThisJvm().withJarsOf(NEWEST, "netty-transport-.*[.]jar"),
                "Netty does not fit: needed ",
                "netty-common 4.1.",
                "netty-transport 4.2.");
    }

    private static void serves(String version, ClassPath classPath) {
        try (ForkedJvm server = ForkedJvm.start(classPath, List.of(), Program.class)) {
            String address = "loopback:netty" + server.pid();
            assertThat(server.ask("serve", address)).startsWith(version);
            for (int i = 0; i < 3; i++) { // one that leaves, and another that comes
                try (IpcConnection connection = IpcClient.connect(address)) {
                    assertThat(connection.request("echo", ValueSet.of("n", i)).getInt("n"))
                            .isEqualTo(i);
                }
            }
            assertThat(server.ask("close")).isEmpty();
            assertThat(server.printed()).isEmpty();
        }
    }

    private static void assertThatServingFails(ClassPath classPath, String... told) {
        try (ForkedJvm server = ForkedJvm.start(classPath, List.of(), Program.class)) {
            assertThatThrownBy(() -> server.ask("serve", "loopback:netty" + server.pid()))
                    .hasMessageContainingAll(told);
        }
    }

    /** The program that is forked. */
    static final class Program {
        private static IpcServer server;

        private Program() {}

        /** Serves on command. */
        public static void main(String[] arguments) {
            CommandLoop.run((command, words) -> {
                if (command.equals("close")) {
                    server.close();
                    return "";
                }
                server = IpcServer.builder(words.get(0))
                        .service("echo", Request::message)
                        .start();
                return Version.identify().get("netty-transport").artifactVersion();
            });
        }
    }
}
