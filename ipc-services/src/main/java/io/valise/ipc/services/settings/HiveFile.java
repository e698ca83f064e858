package io.valise.ipc.services.settings;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.settings.HiveLayout.Header;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One file of settings: a log of changes that is rewritten when most of it is outdated. Whoever writes holds the folder's
 * lock; whoever reads holds none, and looks twice, the second time with the lock, before it calls a file damaged.
 * Thread-safe, and safe among processes. A RandomAccessFile, since an interrupt closes a channel.
 */
final class HiveFile implements Closeable {
    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.settings");

    static final String NAME = "n";
    static final String VALUE = "v";
    static final String UNKNOWN = "r";
    private static final long MOST_LIVE_BYTES = 16 << 20;
    private static final long LEAST_COMPACTED_BYTES = 256 << 10;
    /** No file grows so long before it is rewritten: a header that says so is damaged, and is not believed. */
    private static final long MOST_FILE_BYTES = 256 << 20;

    private final Path folder;
    private final Path path;
    private final Map<String, Kept> changes = new HashMap<>();
    private @Nullable RandomAccessFile file;
    private @Nullable Object key;
    private long generation;
    private long position;
    private long liveBytes;

    /**
     * A change as it lies in the file.
     *
     * @param change what it says
     * @param at where its record begins
     * @param bytes how long that is: others may encode the same change in fewer bytes, or more, than we do
     */
    private record Kept(ValueSet change, long at, int bytes) {}

    HiveFile(Path folder, String name) {
        this.folder = folder;
        this.path = folder.resolve(name);
    }

    /** Makes the file if there is none, and reads it. */
    synchronized void open() {
        locked(this::current);
    }

    // ---- reading

    /** The last change of a name: with its value, or without one when it was deleted; null when it is unknown here. */
    synchronized @Nullable ValueSet find(String name) {
        refresh();
        Kept kept = changes.get(name);
        return kept == null ? null : kept.change();
    }

    /** The last changes of all names. */
    synchronized Map<String, ValueSet> snapshot() {
        refresh();
        return changes.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().change()));
    }

    private void refresh() {
        try {
            readNews();
        } catch (IOException | IllegalStateException | IpcException e) {
            locked(() -> readAgain(e));
        }
    }

    /** With the lock: what fails now is no race with a writer. */
    private RandomAccessFile readAgain(Exception before) {
        try {
            forget();
            return readNews();
        } catch (IOException | IllegalStateException | IpcException e) {
            e.addSuppressed(before);
            throw damaged(e);
        }
    }

    /** It may have been put right by hand, so nothing that was read before counts. */
    private void forget() throws IOException {
        closeFile();
        generation = 0;
    }

    private RandomAccessFile readNews() throws IOException {
        RandomAccessFile open = opened();
        Header header = header(open);
        if (header.superseded() || header.generation() != generation) {
            closeFile();
            open = opened();
            header = header(open);
        }
        if (header.generation() != generation) {
            generation = header.generation();
            position = HiveLayout.HEADER_BYTES;
            liveBytes = 0;
            changes.clear();
        }
        if (header.committed() > MOST_FILE_BYTES) {
            throw new IllegalStateException("damaged: committed=" + header.committed() + ", limit=" + MOST_FILE_BYTES);
        }
        long length = open.length();
        if (length < header.committed() || header.committed() < position) {
            throw new IllegalStateException("truncated: expected=" + Math.max(position, header.committed())
                    + " bytes, actual=" + Math.min(length, header.committed()));
        }
        if (header.committed() > position) {
            read(open, header.committed());
        }
        return open;
    }

    private static Header header(RandomAccessFile open) throws IOException {
        byte[] bytes = new byte[HiveLayout.HEADER_BYTES];
        if (open.length() < bytes.length) {
            throw new IllegalStateException(
                    "truncated: expected=at least " + bytes.length + " bytes, actual=" + open.length());
        }
        open.seek(0);
        open.readFully(bytes);
        return Header.parse(bytes);
    }

    private void read(RandomAccessFile open, long committed) throws IOException {
        byte[] news = new byte[Math.toIntExact(committed - position)];
        open.seek(position);
        open.readFully(news);
        ByteBuffer records = ByteBuffer.wrap(news);
        while (records.hasRemaining()) {
            int before = records.position();
            apply(HiveLayout.next(records), records.position() - before);
        }
    }

    /** Takes the next record of the file in. */
    private void apply(ValueSet change, int bytes) {
        String name = HiveLayout.name(change);
        Kept kept = change.contains(UNKNOWN) ? null : new Kept(change, position, bytes);
        liveBytes += length(kept) - length(kept == null ? changes.remove(name) : changes.put(name, kept));
        position += bytes;
    }

    private static int length(@Nullable Kept kept) {
        return kept == null ? 0 : kept.bytes();
    }

    private RandomAccessFile opened() throws IOException {
        RandomAccessFile open = file;
        if (open == null) {
            if (!Files.exists(path)) {
                throw new IllegalStateException("it was removed");
            }
            open = new RandomAccessFile(path.toFile(), "rw");
            file = open;
            key = keyOfPath();
        }
        return open;
    }

    // ---- writing

    /** Adds a change; it is kept when this returns, whoever is killed then. */
    synchronized void append(ValueSet change) {
        locked(() -> {
            RandomAccessFile open = current();
            byte[] record = HiveLayout.record(change);
            checkRoom(change, record.length);
            try {
                write(open, record);
                apply(change, record.length);
                compactIfWorthwhile(open);
                return open;
            } catch (IOException e) {
                throw unusable(e);
            }
        });
    }

    /** What makes the live settings shorter has room always, or a full hive could not be emptied. */
    private void checkRoom(ValueSet change, int bytes) {
        int more = (change.contains(UNKNOWN) ? 0 : bytes) - length(changes.get(HiveLayout.name(change)));
        if (more > 0 && liveBytes + more > MOST_LIVE_BYTES) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "settings file " + path + ": limit=" + MOST_LIVE_BYTES + " bytes, actual=" + (liveBytes + more)
                            + "; delete settings, or keep large data in files");
        }
    }

    private void write(RandomAccessFile open, byte[] record) throws IOException {
        open.seek(position);
        open.write(record);
        long committed = position + record.length;
        open.seek(HiveLayout.COMMITTED_OFFSET);
        open.write(ByteBuffer.allocate(Long.BYTES).putLong(committed).array());
    }

    /** The file that lies there now, with all that others have written. Called with the lock. */
    private RandomAccessFile current() {
        try {
            if (!Files.exists(path)) {
                forget();
                replaceBy(new byte[0], null);
            } else if (file != null && !Objects.equals(key, keyOfPath())) {
                forget(); // somebody has put another one in its place, from a backup for instance
            }
            RandomAccessFile open = readNews();
            if (header(open).superseded()) {
                mark(open, 0); // who was about to replace it is gone
            }
            return open;
        } catch (IOException | IllegalStateException | IpcException e) {
            throw damaged(e);
        }
    }

    /** By what the system knows the file that lies there now; null on Windows. */
    private @Nullable Object keyOfPath() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    private static void mark(RandomAccessFile open, long superseded) throws IOException {
        open.seek(HiveLayout.SUPERSEDED_OFFSET);
        open.write(ByteBuffer.allocate(Long.BYTES).putLong(superseded).array());
    }

    private void compactIfWorthwhile(RandomAccessFile open) throws IOException {
        if (position < LEAST_COMPACTED_BYTES || liveBytes * 2 > position) {
            return;
        }
        try {
            replaceBy(live(open), open);
        } catch (IOException | IllegalStateException e) { // the change itself is kept; the next one tries again
            LOG.log(Level.WARNING, "settings file " + path + " cannot be compacted", e);
            if (file == open) { // else it is closed, and whoever opens it next looks for the mark
                mark(open, 0);
            }
        }
    }

    /** The records that count, as they are: encoded anew, one could be longer than any may be. */
    private byte[] live(RandomAccessFile open) throws IOException {
        byte[] live = new byte[Math.toIntExact(liveBytes)];
        int filled = 0;
        for (Kept kept : changes.values()) {
            open.seek(kept.at());
            open.readFully(live, filled, kept.bytes());
            HiveLayout.next(
                    ByteBuffer.wrap(live, filled, kept.bytes())); // it could have been damaged since it was read
            filled += kept.bytes();
        }
        return live;
    }

    /** The old file says that it is outdated before the new one is there: who reads it then looks for another one. */
    private void replaceBy(byte[] records, @Nullable RandomAccessFile old) throws IOException {
        Path draft = Files.createTempFile(folder, PrivateFile.DRAFT_PREFIX, null);
        try {
            Header header =
                    new Header(ThreadLocalRandom.current().nextLong(), HiveLayout.HEADER_BYTES + records.length, false);
            try (RandomAccessFile fresh = new RandomAccessFile(draft.toFile(), "rw")) {
                fresh.write(header.toBytes());
                fresh.write(records);
                fresh.getFD().sync();
            }
            if (old != null) {
                mark(old, 1);
            }
            Files.move(draft, path, ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
        closeFile();
        readNews();
    }

    /** Has the system write to the disk what was changed so far. */
    synchronized void sync() {
        try {
            opened().getFD().sync();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private <T> T locked(Supplier<T> action) {
        return RuntimeDirectory.current().locked(folder, action);
    }

    private IpcException damaged(Exception cause) {
        if (cause instanceof IOException failure && !(cause instanceof EOFException)) {
            return unusable(failure);
        }
        return new IpcException(
                IpcStatus.PROTOCOL_ERROR,
                "settings file " + path + ": " + cause.getMessage()
                        + "; it is left as it is: restore it from a backup, or move it away to begin anew",
                cause);
    }

    private IpcException unusable(IOException cause) {
        return new IpcException(
                IpcStatus.RESOURCE_EXHAUSTED, "settings file " + path + ": cannot be read or written: " + cause, cause);
    }

    private void closeFile() throws IOException {
        RandomAccessFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closeFile();
    }
}
