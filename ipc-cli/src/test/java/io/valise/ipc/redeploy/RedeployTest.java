package io.valise.ipc.redeploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.InFullRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * An application that has closed its servers and connections leaves nothing when it is undeployed: its class loader can be
 * freed, and there are as many threads and descriptors as after the first one. Linux alone tells of descriptors.
 */
@ExtendWith(HangWatchdog.class)
@EnabledOnOs(OS.LINUX)
class RedeployTest {
    private static final int TIMES = 4;

    /** Threads end soon; nothing else is unusual. */
    private static final String SOON = "-Dvalise.idleMillis=100";

    @Test
    @InFullRun("takes long; its own copy keeps more")
    void anApplicationIsFreedThatUsesTheContainersCopyOfTheLibrary() {
        List<String> options = new ArrayList<>(List.of(SOON));
        if (Runtime.version().feature() >= 24) {
            options.add("--enable-native-access=ALL-UNNAMED"); // with futexes, which earlier versions have by default
        }
        redeploy(options, "container", "local:a", "pipe:a", "shm:a", "loopback:a", "any:a");
    }

    @Test
    void anApplicationIsFreedWithItsOwnCopyOfTheLibrary() {
        redeploy(List.of(SOON), "own", "local:a", "pipe:a", "loopback:a");
    }

    /** Chronicle Bytes and JNA have threads that never end; see docs/packaging.md. */
    @Test
    @InFullRun("takes long; like the other transports")
    void anApplicationIsFreedWithItsOwnCopyOfTheLibraryAndSharedMemoryByTheJdk() {
        redeploy(List.of(SOON, "-Dvalise.shm.memory=jdk", "-Dvalise.shm.doorbell=socket"), "own", "shm:a", "any:a");
    }

    private static void redeploy(List<String> options, String where, String... addresses) {
        List<Object> deploy = new ArrayList<>(List.of("deploy", where));
        deploy.addAll(Arrays.asList(addresses));
        try (ForkedJvm container = ForkedJvm.start(options, RedeployPeer.class)) {
            container.ask(deploy.toArray());
            assertThat(container.ask("kept")).as("class loaders kept").isEqualTo("0");
            String threads = container.ask("threads");
            String descriptors = container.ask("descriptors");
            for (int i = 1; i < TIMES; i++) {
                container.ask(deploy.toArray());
            }
            assertThat(container.ask("kept")).as("class loaders kept").isEqualTo("0");
            assertThat(container.ask("threads")).isEqualTo(threads);
            assertThat(container.ask("descriptors")).isEqualTo(descriptors);
        }
    }
}
