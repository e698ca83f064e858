package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class CacheDirectoryTest {
    private final Map<String, String> properties = new HashMap<>(Map.of("os.name", "Linux", "user.home", "/home/me"));
    private final Map<String, String> environment = new HashMap<>();
    private final String before = System.getProperty("valise.cache", "");

    @TempDir
    private Path temp;

    @BeforeEach
    void moveIn() {
        System.setProperty("valise.cache", temp.resolve("cache").toString());
    }

    @AfterEach
    void moveOut() {
        if (before.isEmpty()) {
            System.clearProperty("valise.cache");
        } else {
            System.setProperty("valise.cache", before);
        }
    }

    @Test
    void isWhereTheSystemKeepsCachesUnlessSaidOtherwise() {
        assertThat(place()).isEqualTo(Path.of("/home/me/.cache/valise"));
        environment.put("XDG_CACHE_HOME", "relative");
        assertThat(place()).isEqualTo(Path.of("/home/me/.cache/valise"));
        environment.put("XDG_CACHE_HOME", "/xdg");
        assertThat(place()).isEqualTo(Path.of("/xdg/valise"));
        properties.put("os.name", "Mac OS X");
        assertThat(place()).isEqualTo(Path.of("/home/me/Library/Caches/valise"));
        properties.put("os.name", "Windows 11");
        environment.put("LOCALAPPDATA", "/Users/me/AppData/Local");
        assertThat(place()).isEqualTo(Path.of("/Users/me/AppData/Local/valise/cache"));
        environment.put("VALISE_CACHE", "/chosen");
        assertThat(place()).isEqualTo(Path.of("/chosen"));
        properties.put("valise.cache", "/property/../nearer");
        assertThat(place()).isEqualTo(Path.of("/nearer"));
    }

    private Path place() {
        return CacheDirectory.place(properties::get, environment::get);
    }

    @Test
    void readersCreateNothingAndEachFolderIsCheckedAtEachUse() throws IOException {
        assertThat(CacheDirectory.existing("a", "b")).isEmpty();
        assertThat(temp).isEmptyDirectory();
        Path made = CacheDirectory.folder("a", "b");
        assertThat(made).isEqualTo(temp.resolve("cache/a/b"));
        assertThat(CacheDirectory.existing("a", "b")).contains(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("cache/a"))))
                .isEqualTo("rwx------");
        assertThat(temp.resolve("cache/CACHEDIR.TAG"))
                .content()
                .startsWith("Signature: 8a477f597d28d172789f06886806bc55");

        Path elsewhere = Files.move(temp.resolve("cache/a"), temp.resolve("elsewhere"));
        assertThat(CacheDirectory.existing("a", "b")).isEmpty();
        Files.createSymbolicLink(temp.resolve("cache/a"), elsewhere);
        for (Runnable use :
                new Runnable[] {() -> CacheDirectory.existing("a", "b"), () -> CacheDirectory.folder("a", "b")}) {
            assertThatThrownBy(use::run).isInstanceOfSatisfying(IpcException.class, e -> {
                assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED);
                assertThat(e).hasMessageContaining("cache/a: it is a symbolic link: remove it");
            });
        }
    }

    @Test
    void whatAProcessThatWasKilledHasLeftHalfWrittenIsRemoved() throws IOException {
        Path cache = CacheDirectory.folder("a").getParent();
        Files.delete(cache.resolve("CACHEDIR.TAG"));
        Files.writeString(cache.resolve(".draft-1"), "Signature: 8a47");
        CacheDirectory.folder("a");
        assertThat(cache.resolve("CACHEDIR.TAG")).exists();
        assertThat(cache.resolve(".draft-1")).doesNotExist();
    }

    @Test
    void whatCannotBeUsedNamesTheSettingThatChoosesAnotherPlace() throws IOException {
        Files.writeString(temp.resolve("cache"), "no directory");
        assertThatThrownBy(() -> CacheDirectory.folder("a"))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("it is not a directory: remove it");
        System.setProperty("valise.cache", temp.resolve("cache/below").toString());
        assertThatThrownBy(() -> CacheDirectory.folder("a"))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("set valise.cache to another directory");
    }
}
