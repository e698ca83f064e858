package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.valise.ipc.docs.PackagedJars;
import io.valise.ipc.loopback.LoopbackTransport;
import io.valise.ipc.pipes.PipeTransport;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ipc runtime} with bundles; docs/cli.md shows what it prints when all is well. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class RuntimeCommandTest {
    @TempDir
    Path temp;

    private Path pipes;

    @BeforeEach
    void moveIn() throws Exception {
        System.setProperty(
                TestHome.CONFIGURATION_PROPERTY, temp.resolve("config").toString());
        pipes = temp.resolve("ipc-pipes.jar");
        PackagedJars.jar(PipeTransport.class, pipes);
    }

    @AfterEach
    void moveOut() {
        TestHome.restoreConfiguration();
    }

    private String pack(String version, Path... jars) {
        String bundle = temp.resolve("bundle-" + version + ".jar").toString();
        String[] words = new String[5 + jars.length];
        System.arraycopy(new String[] {"runtime", "pack", "--as", version, bundle}, 0, words, 0, 5);
        for (int i = 0; i < jars.length; i++) {
            words[5 + i] = jars[i].toString();
        }
        CommandRun run = CommandRun.of(words);
        assertThat(run.out()).as(run.err()).isEqualTo("packed " + version + ": " + bundle + "\n");
        return bundle;
    }

    @Test
    void aBundleIsPackedInstalledListedAndRemoved() throws Exception {
        String bundle = pack("1.2", pipes);
        assertThat(CommandRun.of("runtime", "list").out())
                .isEqualTo("nothing is installed at " + temp.resolve("config/runtimes") + "\n");
        assertThat(CommandRun.of("runtime", "install", bundle).out())
                .isEqualTo("installed 1.2 at " + temp.resolve("config/runtimes/1.2") + "\n");
        assertThat(CommandRun.of("runtime", "install", bundle).status())
                .as("again")
                .isZero();

        JsonNode listed = CommandRun.of("runtime", "list", "--json")
                .json()
                .get("runtimes")
                .get(0);
        assertThat(listed.get("version").textValue()).isEqualTo("1.2");
        assertThat(listed.get("api").textValue()).isEqualTo("[0.2.0,0.3)");
        assertThat(listed.get("jars").get(0).textValue()).isEqualTo("ipc-pipes.jar");
        assertThat(listed.get("usedBy").size()).isZero();
        assertThat(listed.get("state").textValue()).isEqualTo("ok");
        assertThat(CommandRun.of("runtime", "remove", "1.2").out()).isEqualTo("removed 1.2\n");
    }

    @Test
    void failuresSayWhatIsWrongAndWhatToDo() throws Exception {
        Path loopback = temp.resolve("ipc-loopback.jar");
        PackagedJars.jar(LoopbackTransport.class, loopback);
        CommandRun.of("runtime", "install", pack("1.2", pipes));
        expect("installed already at ", "runtime", "install", pack("1.2", pipes, loopback));
        expect("is no run-time part of Valise", "runtime", "install", pipes.toString());
        expect("not installed at ", "runtime", "remove", "1.3");
        expect("no installed run-time part is in [2,3)", "runtime", "find", "[2,3)");

        Files.writeString(temp.resolve("config/runtimes/1.2/lib/ipc-pipes.jar"), "damaged");
        CommandRun damaged = CommandRun.of("runtime", "list");
        assertThat(damaged.out()).contains("lib/ipc-pipes.jar: SHA-256 expected=");
        assertThat(damaged.status()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "install",
                "install no-such-file",
                "list extra",
                "find [1,",
                "find (2,1)",
                "find [x,2)",
                "remove x",
                "pack folder/a.jar",
                "pack .",
                "remove",
                "remove ..",
                "pack",
                "pack a.jar no-such-file.jar"
            })
    void wrongUsageIsToldInALine(String words) {
        CommandRun run = CommandRun.of(("runtime " + words).split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("ipc: ")
                .doesNotContain("\tat ", "java.")
                .contains("--help");
    }

    private static void expect(String message, String... words) {
        CommandRun run = CommandRun.of(words);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("ipc: ").contains(message).hasLineCount(1);
    }
}
