package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class ConfigurationDirectoryTest {
    private final Map<String, String> properties = new HashMap<>(Map.of("os.name", "Linux", "user.home", "/home/me"));
    private final Map<String, String> environment = new HashMap<>();

    @Test
    void isInTheHomeUnlessSaidOtherwise() {
        assertThat(place()).isEqualTo(Path.of("/home/me/.config/valise"));
        environment.put("XDG_CONFIG_HOME", "/xdg");
        assertThat(place()).isEqualTo(Path.of("/xdg/valise"));
        environment.put("VALISE_CONFIG", "/chosen");
        assertThat(place()).isEqualTo(Path.of("/chosen"));
        properties.put("valise.config", "/property/../nearer");
        assertThat(place()).isEqualTo(Path.of("/nearer"));
    }

    @Test
    void ignoresARelativeOrEmptySettingAsXdgDemands() {
        environment.putAll(Map.of("XDG_CONFIG_HOME", "relative", "VALISE_CONFIG", " "));
        assertThat(place()).isEqualTo(Path.of("/home/me/.config/valise"));
    }

    @Test
    void isWhereOtherSystemsKeepSuchThings() {
        properties.put("os.name", "Mac OS X");
        assertThat(place()).isEqualTo(Path.of("/home/me/Library/Application Support/valise"));
        properties.put("os.name", "Windows 11");
        environment.put("APPDATA", "/Users/me/AppData/Roaming");
        assertThat(place()).isEqualTo(Path.of("/Users/me/AppData/Roaming/valise"));
    }

    /** What {@code user.home} is for a user id without an entry in the user database. */
    @Test
    void refusesAHomeThatIsNowhere() {
        String home = System.getProperty("user.home");
        String system = System.getProperty("os.name");
        System.setProperty("user.home", "?");
        System.setProperty("os.name", "Mac OS X");
        try {
            assertThatThrownBy(ConfigurationDirectory::current)
                    .isInstanceOf(IpcException.class)
                    .hasMessageContainingAll("expected an absolute path", "VALISE_CONFIG");
        } finally {
            System.setProperty("user.home", home);
            System.setProperty("os.name", system);
        }
    }

    @Test
    void readersCreateNothingAndCheckWhatTheyFind(@TempDir Path temp) {
        String before = System.getProperty("valise.config");
        System.setProperty("valise.config", temp.resolve("config").toString());
        try {
            assertThat(ConfigurationDirectory.existing("services")).isEmpty();
            assertThat(temp).isEmptyDirectory();
            Path made = ConfigurationDirectory.folder("services");
            assertThat(ConfigurationDirectory.existing("services")).contains(made);
            assertThat(made.toFile().setReadable(true, false)).isTrue();
            assertThatThrownBy(() -> ConfigurationDirectory.existing("services"))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED));
        } finally {
            if (before == null) {
                System.clearProperty("valise.config");
            } else {
                System.setProperty("valise.config", before);
            }
        }
    }

    private Path place() {
        return ConfigurationDirectory.place(properties::get, environment::get);
    }
}
