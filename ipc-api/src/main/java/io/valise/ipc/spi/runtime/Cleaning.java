package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One removal of {@link OwnFolders} with all that is in them, without following links. What cannot be removed stays, and
 * all else is removed all the same. For one thread.
 */
final class Cleaning {
    private final List<String> leftAlone = new ArrayList<>();
    private final List<IpcException> failures = new ArrayList<>();
    private int files;

    /**
     * Cleans a directory up.
     *
     * @param unsaid the file that is not counted among what is left alone
     * @throws IpcException when something cannot be removed, with all reasons; the rest is removed
     */
    RuntimeDirectory.Cleaned run(Path directory, String unsaid) {
        for (Path entry : Entries.of(directory)) {
            attempt("clean up", entry, () -> {
                if (OwnFolders.isOwn(entry)) {
                    deleteMarked(entry);
                } else if (!entry.endsWith(unsaid)) {
                    leftAlone.add(String.valueOf(entry.getFileName()));
                }
            });
        }
        if (!failures.isEmpty()) {
            throw incomplete(directory);
        }
        return new RuntimeDirectory.Cleaned(files, leftAlone);
    }

    /** The mark goes with the folder and not before: a folder that could not be deleted keeps it. */
    private void deleteMarked(Path folder) throws IOException {
        Path mark = folder.resolve(OwnFolders.MARK);
        if (deleteContents(folder, mark)) {
            Files.delete(mark);
            Files.delete(folder);
        }
    }

    private boolean deleteContents(Path folder, @Nullable Path kept) {
        int before = failures.size();
        for (Path entry : Entries.of(folder)) {
            if (!entry.equals(kept)) {
                attempt("remove", entry, () -> delete(entry));
            }
        }
        return failures.size() == before;
    }

    private void delete(Path entry) throws IOException {
        if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(entry);
            files++;
        } else if (deleteContents(entry, null)) {
            Files.delete(entry);
        }
    }

    private void attempt(String what, Path entry, Step step) {
        try {
            step.run();
        } catch (IOException e) {
            failures.add(FileFailure.of(what, entry, e));
        } catch (IpcException e) {
            failures.add(e);
        }
    }

    private IpcException incomplete(Path directory) {
        IpcException first = failures.get(0);
        return new IpcException(
                first.status(),
                "runtime directory " + directory + ": removed files=" + files + ", but not all: "
                        + failures.stream().map(IpcException::reason).collect(Collectors.joining("; ")),
                Delivery.NOT_SENT,
                first);
    }

    private interface Step {
        void run() throws IOException;
    }
}
