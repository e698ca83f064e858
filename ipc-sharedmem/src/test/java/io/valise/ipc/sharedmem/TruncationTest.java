package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A peer that cuts the segment's file under a running connection. */
@ExtendWith(HangWatchdog.class)
class TruncationTest {
    @Test
    void cutSegmentEndsTheConnectionAndNotTheJvm() throws Exception {
        for (String memory : Runtime.version().feature() < 24 ? List.of("jdk", "chronicle") : List.of("jdk")) {
            ForkedJvm.Ended victim =
                    ForkedJvm.run(ClassPath.ofThisJvm(), List.of("-Dvalise.shm.memory=" + memory), TruncatedJvm.class);
            assertThat(victim.printed().trim()).endsWith("survived");
            assertThat(victim.status()).isZero();
        }
    }
}
