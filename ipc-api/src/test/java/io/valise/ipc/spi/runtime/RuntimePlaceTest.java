package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class RuntimePlaceTest {
    private final Map<String, String> properties = new HashMap<>(Map.of("os.name", "Linux"));
    private final Map<String, String> environment = new HashMap<>();

    private List<String> places() {
        return RuntimePlace.inOrder(properties::get, environment::get).stream()
                .map(place -> place.path().toString())
                .toList();
    }

    @Test
    void thePropertyWinsOverTheEnvironmentAndNothingElseIsTried() {
        environment.put("XDG_RUNTIME_DIR", "/run/user/7");
        environment.put("VALISE_HOME", "/environment");
        assertThat(places()).containsExactly("/environment");
        properties.put("valise.home", "/property/./here");
        assertThat(places()).containsExactly("/property/here");
    }

    @Test
    void linuxTriesXdgBeforeTheTemporaryDirectory() {
        environment.put("XDG_RUNTIME_DIR", "/run/user/7");
        assertThat(places()).containsExactly("/run/user/7/valise", "/tmp/valise-" + ProcessUser.uid());
    }

    @Test
    void blankSettingsCountAsAbsent() {
        environment.putAll(Map.of("VALISE_HOME", "", "XDG_RUNTIME_DIR", " "));
        assertThat(places()).containsExactly("/tmp/valise-" + ProcessUser.uid());
    }

    @Test
    void theTemporaryDirectoryDoesNotFollowJavaIoTmpdir() {
        properties.put("java.io.tmpdir", "/somewhere/else");
        assertThat(places()).containsExactly("/tmp/valise-" + ProcessUser.uid());
    }

    @Test
    void macTakesTmpdirAndWindowsLocalAppData(@TempDir Path temp) {
        properties.put("os.name", "Mac OS X");
        environment.put("TMPDIR", temp.toString());
        assertThat(places()).containsExactly(temp + "/valise-" + ProcessUser.uid());
        properties.put("os.name", "Windows 11");
        environment.put("LOCALAPPDATA", "/C/Users/me/AppData/Local");
        assertThat(places()).containsExactly("/C/Users/me/AppData/Local/valise");
    }

    @Test
    void anXdgDirectoryOthersCanWriteToIsNotUsable(@TempDir Path temp) throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxrwxrwx"));
        environment.put("XDG_RUNTIME_DIR", temp.toString());
        RuntimePlace xdg =
                RuntimePlace.inOrder(properties::get, environment::get).get(0);
        assertThatThrownBy(xdg::secured).isInstanceOf(IpcException.class).hasMessageContaining("mode=0777");
        assertThat(temp.resolve("valise")).doesNotExist();
    }

    @Test
    void aRelativeXdgDirectoryIsNotUsable() {
        environment.put("XDG_RUNTIME_DIR", "run");
        RuntimePlace xdg =
                RuntimePlace.inOrder(properties::get, environment::get).get(0);
        assertThatThrownBy(xdg::secured)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                .hasMessageContaining("XDG_RUNTIME_DIR: expected an absolute path");
    }
}
