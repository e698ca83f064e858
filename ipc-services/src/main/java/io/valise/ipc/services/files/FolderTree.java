package io.valise.ipc.services.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.services.files.PublisherFolder.Content;
import io.valise.ipc.spi.runtime.Entries;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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

    /** Deletes all but the drafts that are being written. */
    static void clear(Path folder) throws IOException {
        List<IOException> failures = new ArrayList<>();
        clear(folder, failures);
        if (!failures.isEmpty()) {
            IOException first = failures.get(0);
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    private static void clear(Path folder, List<IOException> failures) {
        for (Path entry : Entries.of(folder)) {
            try {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    int before = failures.size();
                    clear(entry, failures);
                    if (failures.size() == before) {
                        Files.deleteIfExists(entry);
                    }
                } else {
                    Draft.delete(entry);
                }
            } catch (IOException e) {
                failures.add(e);
            } catch (IpcException e) { // a folder that cannot be listed
                failures.add(new IOException(e.reason(), e));
            }
        }
    }
}
