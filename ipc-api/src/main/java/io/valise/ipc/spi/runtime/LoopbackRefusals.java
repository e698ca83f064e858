package io.valise.ipc.spi.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Tells the processes that watch, such as {@code ipc loopback watch}, of refusals by loopback access rules. A watch is a
 * file in the folder {@value #FOLDER} of the runtime directory, to which each process that refuses appends a line; while
 * nothing watches, the folder is empty or absent and a refusal costs a look at it. A file is not written to beyond {@value
 * #MOST_BYTES} bytes, and one whose watcher was killed goes with the next watch. Thread-safe.
 *
 * @since 0.1.0
 */
public final class LoopbackRefusals {
    static final String FOLDER = "loopback-watch";
    static final int MOST_BYTES = 1 << 20;

    private static final String LINES = ".lines";
    private static final String LOCK = ".held";
    private static final Logger LOG = SafeLog.of(LoopbackRefusals.class);

    private LoopbackRefusals() {}

    /**
     * Tells all that watch. It never throws: a watch that cannot be written to is logged, level {@code DEBUG}, and the others
     * are told.
     */
    public static void tell(LoopbackRefusal refusal) {
        List<Path> files;
        try {
            files = Entries.of(RuntimeDirectory.current().readFolder(FOLDER));
        } catch (IpcException e) {
            LOG.log(Level.DEBUG, "a refusal cannot be told to those who watch", e);
            return;
        }
        for (Path file : files) {
            // A pipe, which another program may have made there, would block the writer.
            if (file.toString().endsWith(LINES) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                append(file, refusal.line() + '\n');
            }
        }
    }

    /** By one write, so that the lines of two processes do not mix. */
    private static void append(Path watch, String line) {
        try {
            Uninterruptibly.call(() -> {
                try (FileChannel channel = FileChannel.open(watch, WRITE, APPEND, LinkOption.NOFOLLOW_LINKS)) {
                    return channel.size() < MOST_BYTES ? channel.write(ByteBuffer.wrap(line.getBytes(UTF_8))) : 0;
                }
            });
        } catch (IOException e) { // absent where the watch has ended
            LOG.log(Level.DEBUG, "a refusal cannot be told by " + watch, e);
        }
    }

    /**
     * Begins to watch: of each refusal from now on one is told.
     *
     * @throws IpcException {@code ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when the runtime directory cannot be used
     */
    public static Watch watch() {
        Path folder = RuntimeDirectory.current().folder(FOLDER);
        try {
            return FolderLock.locked(folder, () -> begin(folder));
        } catch (UncheckedIOException e) {
            throw FileFailure.of("watch in", folder, requireNonNull(e.getCause()));
        }
    }

    private static Watch begin(Path folder) {
        try {
            removeThoseOfTheDead(folder);
            return new Watch(folder.resolve(UUID.randomUUID().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void removeThoseOfTheDead(Path folder) throws IOException {
        for (Path lock : Entries.of(folder)) {
            String name = lock.toString();
            if (name.endsWith(LOCK)) {
                removeIfDead(lock, Path.of(name.substring(0, name.length() - LOCK.length()) + LINES));
            }
        }
    }

    private static void removeIfDead(Path lock, Path lines) throws IOException {
        try (LockFile file = LockFile.open(lock, Set.of(READ, WRITE, LinkOption.NOFOLLOW_LINKS))) {
            if (file.tryWhole() != null) {
                Files.deleteIfExists(lines);
                Files.deleteIfExists(lock);
            }
        } catch (NoSuchFileException ended) {
            LOG.log(Level.DEBUG, "a watch has ended", ended);
        }
    }

    /** A watch, until it is closed or its process ends. Thread-safe. */
    public static final class Watch implements AutoCloseable {
        private final Path lines;
        private final Path lock;
        private final LockFile held;
        private final FileChannel channel;
        private boolean overflowed;

        private Watch(Path name) throws IOException {
            this.lines = Path.of(name + LINES);
            this.lock = Path.of(name + LOCK);
            this.held = LockFile.open(lock, Set.of(CREATE, READ, WRITE, LinkOption.NOFOLLOW_LINKS));
            try {
                held.tryWhole();
                this.channel = FileChannel.open(lines, Set.of(CREATE_NEW, READ, WRITE), PrivateFile.ownerOnly(lines));
            } catch (IOException | RuntimeException e) { // no descriptor is left, perhaps
                held.close();
                Files.deleteIfExists(lock);
                throw e;
            }
        }

        /** What was refused since the last call; empty when nothing was, or the watch is closed. Does not wait. */
        public synchronized List<LoopbackRefusal> next() {
            if (!channel.isOpen()) {
                return List.of();
            }
            try {
                long from = channel.position();
                ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, channel.size() - from));
                while (bytes.hasRemaining() && channel.read(bytes) > 0) {} // to the end that it had
                String text = new String(bytes.array(), 0, bytes.position(), ISO_8859_1); // a char for each byte
                int whole = text.lastIndexOf('\n') + 1;
                if (from + bytes.position() < MOST_BYTES) {
                    channel.position(from + whole);
                } else { // nothing more would be written
                    channel.truncate(0);
                    overflowed = true;
                }
                return new String(bytes.array(), 0, whole, UTF_8)
                        .lines()
                        .flatMap(line -> LoopbackRefusal.parse(line).stream())
                        .toList();
            } catch (IOException e) {
                throw FileFailure.of("read", lines, e);
            }
        }

        /** Whether there have been more refusals than were read, so that some were not told; asked once for each time. */
        public synchronized boolean overflowed() {
            boolean was = overflowed;
            overflowed = false;
            return was;
        }

        /** Ends the watch. Idempotent. */
        @Override
        public synchronized void close() {
            try {
                channel.close();
                Files.deleteIfExists(lines);
                held.close();
                Files.deleteIfExists(lock);
            } catch (IOException e) {
                throw FileFailure.of("remove", lines, e);
            }
        }
    }
}
