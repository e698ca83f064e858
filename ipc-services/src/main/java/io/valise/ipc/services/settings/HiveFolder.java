package io.valise.ipc.services.settings;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The folder of a publisher's hives, {@code settings/<publisher id>} in the configuration directory. Immutable.
 *
 * @param configuration the configuration directory
 * @param path the folder
 */
record HiveFolder(Path configuration, Path path) {
    static HiveFolder of(AppIdentity identity) {
        Path place = ConfigurationDirectory.path();
        Path configuration = place.isAbsolute() ? place : ConfigurationDirectory.current(); // which says what is wrong
        return new HiveFolder(configuration, configuration.resolve("settings").resolve(identity.publisherId()));
    }

    /** The directories that lead to the hives, from the configuration directory on. */
    List<Path> chain() {
        return List.of(configuration, Objects.requireNonNull(path.getParent(), "it lies in settings"), path);
    }

    /** The folder, checked with all above it; empty when one of them is absent. Creates nothing. */
    Optional<Path> existing() {
        for (Path directory : chain()) {
            if (RuntimeDirectory.existing(directory).isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(path);
    }

    /** The folder, checked with all above it, created if absent. */
    Path secured() {
        chain().forEach(RuntimeDirectory::secured);
        return path;
    }

    /** Has the system write the names in these directories to the disk. */
    void sync() throws IOException {
        for (Path directory : chain()) {
            PrivateFile.syncFolder(directory);
        }
    }
}
