package io.valise.ipc.services.files;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.spi.runtime.LockFile;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file that is being written beside the one that it will replace. A lock of the kernel tells others that its writer
 * lives, so that they can remove the drafts of killed writers and no others. For one thread.
 */
final class Draft implements AutoCloseable {
    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.files");

    /** Behind all content: on Windows a lock keeps other channels from what it covers. */
    private static final long LOCKED = Long.MAX_VALUE - 1;

    private static final int ATTEMPTS = 8;

    private final Path path;
    private final LockFile lock;
    /** Open until the draft has its name: a process loses its locks on a file when it closes a descriptor of it. */
    private final FileChannel channel;

    private Draft(Path path, LockFile lock, FileChannel channel) {
        this.path = path;
        this.lock = lock;
        this.channel = channel;
    }

    /** A new one. */
    static Draft in(Path folder) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            Path path = Files.createTempFile(folder, PrivateFile.DRAFT_PREFIX, null);
            Draft draft = null;
            try {
                draft = lock(path);
            } finally {
                if (draft == null) {
                    Files.deleteIfExists(path);
                }
            }
            if (draft != null) {
                return draft;
            }
        }
        throw new IOException(folder + ": new files in it were removed " + ATTEMPTS + " times at once");
    }

    /** Null when another has removed the file before it was locked. */
    @SuppressWarnings("StreamResourceLeak") // closed with the draft
    private static @Nullable Draft lock(Path path) throws IOException {
        LockFile lock = null;
        FileChannel channel = null;
        Draft draft = null;
        try {
            lock = LockFile.open(path, Set.of(READ, WRITE, NOFOLLOW_LINKS));
            channel = FileChannel.open(path, WRITE, NOFOLLOW_LINKS);
            if (lock.tryExclusive(LOCKED) != null && lock.isAt(path)) {
                draft = new Draft(path, lock, channel);
            }
            return draft;
        } catch (NoSuchFileException removed) {
            return null;
        } finally {
            if (draft == null) {
                close(lock, channel);
            }
        }
    }

    private static void close(@Nullable LockFile lock, @Nullable FileChannel channel) throws IOException {
        try (lock;
                channel) {
            return;
        }
    }

    /** Deletes the drafts in a folder whose writers were killed. */
    static void sweep(Path folder) {
        for (Path draft : PrivateFile.list(folder, PrivateFile.DRAFT_PREFIX)) {
            try {
                delete(draft, () -> Files.deleteIfExists(draft));
            } catch (IOException e) { // it is in no writer's way
                LOG.log(Level.WARNING, "the draft of a writer that was killed stays: " + e);
            }
        }
    }

    /** Deletes a file or link, by an action, unless it is a draft whose writer lives. */
    static void delete(Path path, FolderTree.Step action) throws IOException {
        if (!String.valueOf(path.getFileName()).startsWith(PrivateFile.DRAFT_PREFIX)
                || !Files.isRegularFile(path, NOFOLLOW_LINKS)) {
            action.run();
            return;
        }
        try (LockFile file = LockFile.open(path, Set.of(READ, WRITE, NOFOLLOW_LINKS))) {
            if (file.tryExclusive(LOCKED) != null) { // a writer that comes too late for the lock takes another name
                action.run();
            }
        } catch (NoSuchFileException finished) {
            return;
        }
    }

    /** Takes all bytes of a stream, and the name of a file, in whose place it is seen whole. */
    void become(Path target, InputStream content) throws IOException {
        content.transferTo(Channels.newOutputStream(channel));
        channel.force(true);
        Files.move(path, target, ATOMIC_MOVE, REPLACE_EXISTING);
    }

    /** Removes it, unless it has become a file. */
    @Override
    public void close() throws IOException {
        try (lock;
                channel) {
            Files.deleteIfExists(path);
        }
    }
}
