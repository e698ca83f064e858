package io.valise.ipc.runtime;

import io.valise.ipc.IpcException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A version of the run-time part that is installed. Immutable.
 *
 * @param version its version
 * @param folder where it is
 * @param api the versions of {@code io.valise.ipc} that it works with; any where it does not say
 * @param jars the names of its jars, such as {@code ipc-pipes.jar}
 * @param problem why it cannot be used, such as a manifest that cannot be read; checksums are compared only when it is
 *     installed, loaded, or {@linkplain #verify verified}
 * @since 0.1.0
 */
public record InstalledRuntime(
        Version version, Path folder, VersionRange api, List<String> jars, Optional<String> problem) {
    /** Takes a copy of the list. */
    public InstalledRuntime {
        jars = List.copyOf(jars);
    }

    /**
     * Compares the checksums of all jars with the manifest.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when one differs or a file is missing, with its name; {@code
     *     ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when it cannot be read
     */
    public void verify() {
        RuntimeFolder.of(folder).verify();
    }

    /** Its version and where it is. */
    @Override
    public String toString() {
        return "run-time part " + version + " at " + folder;
    }
}
