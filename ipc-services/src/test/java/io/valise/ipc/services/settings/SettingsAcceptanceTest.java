package io.valise.ipc.services.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The registry's counterpart among processes. */
@ExtendWith(HangWatchdog.class)
class SettingsAcceptanceTest {
    private static final String CONFIG = "valise.config";
    private static final int WRITES = 1000;

    @BeforeEach
    void haveAConfiguration(@TempDir Path temp) {
        System.setProperty(CONFIG, temp.resolve("config").toString());
    }

    @AfterEach
    void forgetIt() {
        ForkedJvm.killAll();
        TestHome.restoreConfiguration();
    }

    @Test
    void ofTwoProcessesThatWriteAThousandSettingsEachNoneIsLostAndAWatcherConverges() throws Exception {
        Map<String, Object> watched = new ConcurrentHashMap<>();
        CountDownLatch all = new CountDownLatch(2 * WRITES);
        try (SettingsHive hive = SettingsHive.open(AppIdentity.open("acme", "editor"));
                ForkedJvm one = start("acme", "editor");
                ForkedJvm other = start("acme", "editor")) {
            hive.watch(change -> {
                watched.put(change.name(), change.value().orElseThrow());
                all.countDown();
            });
            assertThat(one.ask("ready")).isEqualTo(other.ask("ready"));
            CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> one.ask("putMany", "a", WRITES));
            other.ask("putMany", "b", WRITES);
            first.get();

            ValueSet values = hive.values();
            assertThat(values.size()).isEqualTo(2 * WRITES);
            for (int i = 0; i < WRITES; i++) {
                assertThat(values.getInt("a" + i)).isEqualTo(i);
                assertThat(values.getInt("b" + i)).isEqualTo(i);
            }
            all.await();
            assertThat(ValueSet.copyOf(watched)).isEqualTo(values);
        }
    }

    @Test
    void everyApplicationSeesTheBaseThroughItsOwnOverlay() {
        try (ForkedJvm editor = start("acme", "editor");
                ForkedJvm viewer = start("acme", "viewer");
                ForkedJvm stranger = start("umbrella", "editor")) {
            editor.ask("putBase", "theme", "light");
            editor.ask("put", "size", "12");
            assertThat(viewer.ask("get", "theme")).isEqualTo("light");
            assertThat(viewer.ask("get", "size")).isEqualTo("nothing");
            viewer.ask("put", "theme", "dark");
            assertThat(viewer.ask("get", "theme")).isEqualTo("dark");
            assertThat(editor.ask("get", "theme")).isEqualTo("light");
            assertThat(stranger.ask("get", "theme")).isEqualTo("nothing");
        }
    }

    private static ForkedJvm start(String publisher, String application) {
        return ForkedJvm.start(
                List.of("-D" + CONFIG + "=" + System.getProperty(CONFIG)),
                SettingsProgram.class,
                publisher,
                application);
    }
}
