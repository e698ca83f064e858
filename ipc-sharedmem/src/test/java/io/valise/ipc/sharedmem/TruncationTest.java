package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A peer that cuts the segment's file under a running connection. */
@ExtendWith(HangWatchdog.class)
class TruncationTest {
    @Test
    void cutSegmentEndsTheConnectionAndNotTheJvm() throws Exception {
        for (String memory : Runtime.version().feature() < 24 ? List.of("jdk", "chronicle") : List.of("jdk")) {
            Process victim = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Dvalise.shm.memory=" + memory,
                            "-D" + TestHome.PROPERTY + "=" + TestHome.path(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            TruncatedJvm.class.getName())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(victim.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(said.trim()).endsWith("survived");
            assertThat(victim.waitFor()).isZero();
        }
    }
}
