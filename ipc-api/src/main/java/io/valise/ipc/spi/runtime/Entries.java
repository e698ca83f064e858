package io.valise.ipc.spi.runtime;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The entries of a folder. A folder that is absent has none; one that cannot be listed is an error and never looks empty.
 *
 * @since 0.1.0
 */
public final class Entries {
    private Entries() {}

    /**
     * Returns the paths of all entries, sorted; empty when there is no such folder.
     *
     * @throws IpcException {@code ACCESS_DENIED} when this user may not list or enter the folder, or enter one above it; {@code
     *     RESOURCE_EXHAUSTED} when it is not a folder, or the file system is broken
     * @since 0.1.0
     */
    public static List<Path> of(Path folder) {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            List<Path> entries = new ArrayList<>();
            stream.forEach(entries::add);
            if (!entries.isEmpty() && !Files.isExecutable(folder)) { // then each of them would look absent
                throw new AccessDeniedException(folder.toString());
            }
            entries.sort(null);
            return entries;
        } catch (NoSuchFileException absent) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw FileFailure.of("list", folder, requireNonNull(e.getCause(), "its constructor requires it"));
        } catch (IOException e) {
            throw FileFailure.of("list", folder, e);
        }
    }
}
