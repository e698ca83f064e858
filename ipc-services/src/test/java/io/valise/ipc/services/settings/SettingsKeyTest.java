package io.valise.ipc.services.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.settings.SettingsHive.Registration;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Sub-keys of a hive. Those of several processes: {@link SettingsAcceptanceTest}. */
@ExtendWith(HangWatchdog.class)
class SettingsKeyTest {
    private static final String CONFIG = "valise.config";

    private SettingsHive base;
    private SettingsHive hive;
    private Path folder;

    @BeforeEach
    void open(@TempDir Path temp) {
        System.setProperty(CONFIG, temp.resolve("config").toString());
        AppIdentity app = AppIdentity.open("acme", "editor");
        base = SettingsHive.openBase(app);
        hive = SettingsHive.open(app);
        folder = temp.resolve("config/settings").resolve(app.publisherId());
    }

    @AfterEach
    void close() {
        hive.close();
        base.close();
        TestHome.restoreConfiguration();
    }

    @Test
    void aKeyHasValuesAndSubKeysOfItsOwn() {
        SettingsKey fonts = base.key("editor/fonts");
        assertThat(fonts.exists()).isFalse();
        assertThat(fonts.get("size")).isEmpty();
        assertThat(fonts.values()).isEqualTo(ValueSet.empty());
        fonts.put("size", 12);
        base.put("size", 1);
        base.key("editor").key("colours").put("ink", "black");
        base.key("editor/fontsets").create();

        assertThat(fonts.path()).isEqualTo("editor/fonts");
        assertThat(fonts.exists()).isTrue();
        assertThat(fonts.get("size")).contains(12);
        assertThat(base.get("size")).contains(1);
        assertThat(base.values()).isEqualTo(ValueSet.of("size", 1));
        assertThat(base.key("editor").values()).isEqualTo(ValueSet.empty());
        assertThat(base.keys()).containsExactly("editor");
        assertThat(base.key("editor").keys()).containsExactly("colours", "fonts", "fontsets");
        assertThat(hive.key("editor/fonts").get("size"))
                .as("through the overlay")
                .contains(12);
        base.key("editor/colours").delete("ink");
        assertThat(base.key("editor").keys()).as("it was not created").containsExactly("fonts", "fontsets");
    }

    @Test
    void aKeyIsDeletedWithItsValuesAndOnlyATreeWithItsSubKeys() {
        base.key("a").put("x", 1);
        base.key("a/b").put("y", 2);
        base.key("ab").put("z", 3);
        assertThatThrownBy(() -> base.deleteKey("a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("key \"a\": limit=0 sub-keys, actual=1, the first is \"b\"; delete them first, or the"
                        + " whole tree");
        assertThat(base.key("a").get("x")).contains(1);
        base.deleteTree("a");
        base.deleteTree("a");
        base.deleteKey("never");
        assertThat(base.keys()).containsExactly("ab");
        assertThat(base.key("a/b").get("y")).isEmpty();
        base.key("ab").deleteKey("none");
        base.deleteKey("ab");
        assertThat(base.keys()).isEmpty();
        base.key("a").put("x", 4);
        assertThat(base.key("a").values()).isEqualTo(ValueSet.of("x", 4));
        assertThat(base.key("a").keys()).isEmpty();
    }

    @Test
    void anOverlayHidesWhatItDeletesOfTheBaseUntilItIsReverted() {
        base.key("a").put("x", 1);
        base.key("a/b").put("y", 2);
        hive.key("a").put("own", 3);
        hive.deleteTree("a");
        assertThat(hive.keys()).isEmpty();
        assertThat(hive.key("a/b").get("y")).isEmpty();
        base.key("a/b").put("later", 4);
        assertThat(hive.key("a/b").get("later")).isEmpty();

        hive.key("a").put("x", 5);
        assertThat(hive.key("a").values()).isEqualTo(ValueSet.of("x", 5));
        assertThat(hive.key("a").keys()).isEmpty();
        assertThat(base.key("a").get("x")).contains(1);

        hive.revertTree("a");
        assertThat(hive.key("a").values()).isEqualTo(ValueSet.of("x", 1));
        assertThat(hive.key("a/b").values()).isEqualTo(ValueSet.of("later", 4, "y", 2));
    }

    /** The records that count are written anew, in their order: a deleted tree must not take what came after it. */
    @Test
    void keysAreTheSameAfterTheFileWasWrittenAnew() throws IOException {
        base.key("a").put("x", 1);
        hive.key("a/b").put("gone", 1);
        hive.deleteTree("a");
        hive.key("a/b").put("kept", 2);
        hive.key("empty").create();
        byte[] filler = new byte[8_000];
        for (int i = 0; i < 40; i++) {
            filler[0] = (byte) i;
            hive.put("filler", filler);
        }
        assertThat(Files.size(folder.resolve("editor.hive"))).isLessThan(100_000);
        hive.close();
        assertThat(hive.keys()).containsExactly("a", "empty");
        assertThat(hive.key("a").values()).isEqualTo(ValueSet.empty());
        assertThat(hive.key("a/b").values()).isEqualTo(ValueSet.of("kept", 2));
    }

    @Test
    void theDraftOfAKilledWriterIsRemovedWhenTheFileIsWrittenAnew() throws IOException {
        hive.put("x", 1);
        Path draft = Files.createFile(folder.resolve(PrivateFile.DRAFT_PREFIX + "5.tmp"));
        byte[] filler = new byte[8_000];
        for (int i = 0; i < 40; i++) {
            filler[0] = (byte) i;
            hive.put("filler", filler);
        }
        assertThat(Files.size(folder.resolve("editor.hive"))).as("written anew").isLessThan(100_000);
        assertThat(draft).doesNotExist();
        assertThat(hive.get("x")).contains(1);
    }

    @Test
    void aWatchOfAKeyTellsOfWhatIsInItAndBelowOnly() throws InterruptedException {
        hive.key("ab").put("x", 0);
        BlockingQueue<SettingChange> heard = new LinkedBlockingQueue<>();
        try (Registration watching = hive.key("a").watch(heard::add)) {
            assertThat(watching).isNotNull();
            hive.put("x", 1);
            hive.key("ab").put("x", 2);
            base.key("a/b").put("x", 3);
            assertThat(heard.take()).isEqualTo(new SettingChange("a", "", Optional.of(true)));
            assertThat(heard.take()).isEqualTo(new SettingChange("a/b", "", Optional.of(true)));
            assertThat(heard.take()).isEqualTo(new SettingChange("a/b", "x", Optional.of(3)));
            hive.key("ab").put("x", 4);
            hive.deleteTree("a/b");
            assertThat(heard.take()).isEqualTo(new SettingChange("a", "", Optional.empty()));
            assertThat(heard.take()).isEqualTo(new SettingChange("a/b", "", Optional.empty()));
            assertThat(heard.take()).isEqualTo(new SettingChange("a/b", "x", Optional.empty()));
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void pathsHaveLimits() {
        for (String path : new String[] {"", "/a", "a/", "a//b", "a".repeat(256)}) {
            assertThatThrownBy(() -> hive.key(path))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("limit=1 to 255 chars, actual=");
        }
        String deepest = "k/".repeat(31) + "k";
        assertThatThrownBy(() -> hive.key(deepest).key("one"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit=32 levels, actual=33");
        String longest = ("é".repeat(255) + "/").repeat(31) + "é".repeat(255);
        hive.key(longest).put("é".repeat(255), new byte[8_100]);
        assertThat(hive.key(longest).get("é".repeat(255))).isPresent();
        hive.deleteTree("é".repeat(255));
        assertThat(hive.keys()).isEmpty();
    }

    @Test
    void aFullHiveCanBeEmptiedByItsTrees() {
        byte[] large = new byte[8_000];
        int settings = 0;
        try {
            while (settings < 4_000) {
                hive.key("a/b").put("n" + settings, large);
                settings++;
            }
        } catch (IpcException full) {
            assertThat(full).hasMessageContaining("RESOURCE_EXHAUSTED").hasMessageContaining("limit=16777216 bytes");
        }
        assertThat(settings).isBetween(2_000, 2_200);
        hive.deleteTree("a");
        hive.put("n", large);
        assertThat(hive.keys()).isEmpty();
    }
}
