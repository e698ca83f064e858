package io.valise.ipc.services.files;

import io.valise.ipc.services.files.PublisherFolder.Content;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** All that is in a folder, which other processes may change meanwhile. Links are not followed. Stateless. */
final class FolderTree {
    private FolderTree() {}

    static Content content(Path folder) throws IOException {
        AtomicLong files = new AtomicLong();
        AtomicLong bytes = new AtomicLong();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
                files.incrementAndGet();
                bytes.addAndGet(facts.isRegularFile() ? facts.size() : 0);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    throw why;
                }
                return FileVisitResult.CONTINUE; // another has deleted it
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException why) throws IOException {
                return why == null ? FileVisitResult.CONTINUE : visitFileFailed(directory, why);
            }
        });
        return new Content(files.get(), bytes.get());
    }

    /**
     * Deletes all but the drafts that are being written, and what is written meanwhile.
     *
     * @throws IOException when something cannot be deleted; all else is
     */
    static void clear(Path folder) throws IOException {
        List<IOException> failures = new ArrayList<>();
        try (OpenFolder top = OpenFolder.at(folder)) {
            clearAll(top, entry -> Draft.delete(entry, () -> top.deleteFile(entry)), failures);
        } catch (NoSuchFileException removed) {
            return;
        }
        if (!failures.isEmpty()) {
            IOException first = failures.get(0);
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    /** A step of deletion. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    /** How the files and links of a folder are deleted. */
    @FunctionalInterface
    private interface Deletion {
        void of(Path entry) throws IOException;
    }

    private static void attempt(List<IOException> failures, Step step) {
        try {
            step.run();
        } catch (NoSuchFileException gone) {
            return; // another has deleted it
        } catch (IOException e) {
            failures.add(e);
        }
    }

    private static void clearAll(OpenFolder folder, Deletion ofFiles, List<IOException> failures) throws IOException {
        for (Path entry : folder.entries()) {
            attempt(failures, () -> {
                if (folder.isFolder(entry)) {
                    clear(folder, entry, failures);
                } else {
                    ofFiles.of(entry);
                }
            });
        }
    }

    /** A folder that programs have made, with all that is in it; or what has come in its place. */
    private static void clear(OpenFolder in, Path folder, List<IOException> failures) throws IOException {
        try (OpenFolder open = in.enter(folder)) {
            clearAll(open, open::deleteFile, failures);
        } catch (NotDirectoryException exchanged) {
            in.deleteFile(folder);
            return;
        }
        try {
            in.deleteFolder(folder);
        } catch (DirectoryNotEmptyException stays) { // with what has failed, which is told, or was written meanwhile
            return;
        }
    }
}
