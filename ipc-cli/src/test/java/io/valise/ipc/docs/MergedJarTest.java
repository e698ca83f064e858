package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What docs/packaging.md says of a merged jar: all modules and their libraries in one, the manifest an application's. */
@DisabledOnOs(OS.WINDOWS)
@ExtendWith(HangWatchdog.class)
class MergedJarTest {
    private static ClassPath classPath;

    @BeforeAll
    static void merge(@TempDir Path folder) throws Exception {
        Path jar = folder.resolve("application.jar");
        PackagedJars.merge(jar, "5.3");
        classPath = ClassPath.of(
                List.of(jar, ClassPath.entryOf(PackagedProgram.class), ClassPath.entryOf(ForkedJvm.class)));
    }

    private static ForkedJvm program() {
        return ForkedJvm.start(classPath, List.of(), PackagedProgram.class);
    }

    @Test
    void theRuntimeKnowsTheVersionOfEachModule() {
        try (ForkedJvm program = program()) {
            assertThat(program.ask("initialize", "[0.2,0.3)").replace("-SNAPSHOT", ""))
                    .isEqualTo("0.2.0: io.valise.ipc.sharedmem 0.2.0, io.valise.ipc.pipes 0.2.0,"
                            + " io.valise.ipc.loopback 0.2.0");
        }
    }

    @Test
    void serverAndClientTalkOverEveryTransport() {
        try (ForkedJvm server = program();
                ForkedJvm client = program()) {
            String served = server.ask("serve", "any:merged");
            assertThat(served).isEqualTo("local:merged shm:merged pipe:merged loopback:merged");
            for (String address : List.of("shm:merged", "pipe:merged", "loopback:merged")) {
                assertThat(client.ask("call", address)).isEqualTo("{n=42}");
            }
        }
    }
}
