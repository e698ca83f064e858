package io.valise.ipc.services.settings;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The folder of a publisher's hives, {@code settings/<publisher id>} in the configuration directory of this user. Immutable.
 *
 * @param configuration the configuration directory
 * @param path the folder
 */
record PublisherHives(Path configuration, Path path) implements HiveFolder {
    static PublisherHives of(AppIdentity identity) {
        Path place = ConfigurationDirectory.path();
        Path configuration = place.isAbsolute() ? place : ConfigurationDirectory.current(); // which says what is wrong
        return new PublisherHives(
                configuration, configuration.resolve("settings").resolve(identity.publisherId()));
    }

    /** The directories that lead to the hives, from the configuration directory on. */
    private List<Path> chain() {
        return List.of(configuration, Objects.requireNonNull(path.getParent(), "it lies in settings"), path);
    }

    @Override
    public Optional<Path> existing() {
        for (Path directory : chain()) {
            if (RuntimeDirectory.existing(directory).isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(path);
    }

    @Override
    public Path secured() {
        chain().forEach(RuntimeDirectory::secured);
        return path;
    }

    @Override
    public boolean mayWrite() {
        return Files.isWritable(path);
    }

    /** No other user can enter the folder. */
    @Override
    public void checkFile(Path file) {}

    /** Files are made for this user alone. */
    @Override
    public void share(Path draft) {}

    @Override
    public void sync() throws IOException {
        for (Path directory : chain()) {
            PrivateFile.syncFolder(directory);
        }
    }
}
