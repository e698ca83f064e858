package io.valise.ipc.services.settings;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.SystemSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The folder of a hive that every user of the machine reads, and one account changes. Immutable.
 *
 * @param name the hive's name
 * @param path the folder
 */
record MachineHives(String name, Path path) implements HiveFolder {
    static MachineHives of(String name) {
        return new MachineHives(name, SystemSettings.path(name));
    }

    @Override
    public Optional<Path> existing() {
        return found().map(SystemSettings::folder);
    }

    /** Where it is must be where it was: what the path leads through was checked for that. */
    private Optional<SystemSettings> found() {
        return SystemSettings.find(name).map(settings -> {
            if (!settings.folder().equals(path)) {
                throw denied("it is at " + settings.folder() + " now, and was opened at " + path + ": open it again");
            }
            return settings;
        });
    }

    @Override
    public Path secured() {
        SystemSettings settings = found().orElseThrow(() -> failure(
                IpcStatus.ENDPOINT_NOT_FOUND,
                "not installed, there is no " + path + "; an administrator installs it: ipc system install"
                        + " --settings " + name));
        if (!settings.isOwn()) {
            throw denied("only " + settings.account() + " may change it; run this as that account");
        }
        return settings.folder();
    }

    @Override
    public boolean mayWrite() {
        return found().filter(SystemSettings::isOwn).isPresent();
    }

    /** The account could have put something there that blocks its readers, or leads elsewhere. */
    @Override
    public void checkFile(Path file) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw denied(file + " is no regular file: its account removes it");
        }
    }

    @Override
    public void share(Path draft) throws IOException {
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @Override
    public void sync() throws IOException {
        PrivateFile.syncFolder(path);
    }

    private IpcException denied(String why) {
        return failure(IpcStatus.ACCESS_DENIED, why);
    }

    private IpcException failure(IpcStatus status, String why) {
        return new IpcException(status, "settings of the machine \"" + name + "\": " + why, Delivery.NOT_SENT);
    }
}
