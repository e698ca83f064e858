package io.valise.ipc.services.settings;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.settings.HiveLayout.Header;
import io.valise.ipc.spi.runtime.FolderLock;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One file of settings: a log of changes, as {@link HiveLayout} describes it, that is written anew when most of it is
 * outdated. A writer holds the folder's lock. A reader holds none; where it finds less than a writer has announced, it
 * looks again with the lock before it calls the file damaged. Each look finds out whether the file is still the one that
 * has the path: another may have taken its place, from a backup for instance. Nothing is created before the first change.
 *
 * <p>Thread-safe, and safe among processes. A RandomAccessFile, since an interrupt closes a channel.
 */
final class HiveFile implements Closeable {
    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.settings");

    static final String KEY = "k";
    static final String TREE = "t";
    static final String NAME = "n";
    static final String VALUE = "v";
    static final String UNKNOWN = "r";
    /** What the name of a copy of a damaged file ends with. */
    static final String DAMAGED = ".damaged";

    private static final long MOST_LIVE_BYTES = 16 << 20;
    private static final long LEAST_COMPACTED_BYTES = 256 << 10;
    /** No file grows so long before it is written anew: what is longer is none of ours. */
    private static final long MOST_FILE_BYTES = 256 << 20;
    /** How often, and after which pause, a reader that has no lock looks again. */
    private static final int ATTEMPTS = 10;

    private static final long PAUSE_NANOS = 5_000_000;
    /** How much is read at once; longer than any record. */
    private static final int WINDOW_BYTES = 1 << 20;

    private final HiveFolder folder;
    private final Path path;
    private final HiveChanges changes = new HiveChanges();
    private @Nullable RandomAccessFile file;
    private @Nullable Object key;
    private @Nullable Header header;
    private @Nullable String loss;

    /** A reader found less than a writer has announced. */
    private static final class Unsettled extends IOException {
        private static final long serialVersionUID = 1L;

        Unsettled(String message) {
            super(message);
        }
    }

    HiveFile(HiveFolder folder, String name) {
        this.folder = folder;
        this.path = folder.path().resolve(name);
    }

    // ---- reading

    /** The last change of a place: with its value, or without one when it was deleted; null when it is unknown here. */
    synchronized @Nullable ValueSet find(HivePlace place) {
        refresh();
        return changes.find(place);
    }

    /** The last changes of all places. */
    synchronized SortedMap<HivePlace, ValueSet> snapshot() {
        refresh();
        return changes.snapshot();
    }

    /** What this object has found to be lost of the file, in words. */
    synchronized Optional<String> loss() {
        return Optional.ofNullable(loss);
    }

    /** Reads what has come. */
    synchronized void refresh() {
        try {
            look(false);
        } catch (IOException | IllegalStateException | IpcException e) {
            if (folder.mayWrite()) {
                locked(() -> lookAgain(e));
            } else {
                lookUnlocked(e);
            }
        }
    }

    /** In another account's folder, where a writer may be at work, which takes microseconds; or in a read-only file system. */
    private void lookUnlocked(Exception first) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Threads.pause(PAUSE_NANOS);
            try {
                forget();
                look(false);
                return;
            } catch (IOException | IllegalStateException | IpcException again) {
                first.addSuppressed(again);
            }
        }
        lookAgain(first);
    }

    /** With the lock: what fails now is no race with a writer. It may have been put right by hand, so all is read again. */
    private @Nullable RandomAccessFile lookAgain(Exception before) {
        try {
            forget();
            return look(true);
        } catch (IOException | IllegalStateException | IpcException e) {
            e.addSuppressed(before);
            throw damaged(e);
        }
    }

    /**
     * Reads what has come.
     *
     * @param alone whether no writer can be at work
     * @return the file, or null when there is none
     */
    private @Nullable RandomAccessFile look(boolean alone) throws IOException {
        RandomAccessFile open = opened();
        if (open == null) {
            return null;
        }
        Header now = Header.read(open);
        if (now.superseded() && !alone && path.equals(key)) { // no file key tells that there is another one
            forget();
            open = opened();
            if (open == null) {
                return null;
            }
            now = Header.read(open);
        }
        Header before = header;
        boolean first = before == null
                || before.generation() != now.generation()
                || before.committed() > now.committed()
                || changes.position() > open.length();
        if (first) {
            changes.restart(now.length());
        } else if (now.committed() == Objects.requireNonNull(before).committed() && !alone) {
            return open;
        }
        header = now;
        read(open, now);
        checkEnd(open, now, first, alone);
        return open;
    }

    /** Takes in all whole records from the position on. */
    private void read(RandomAccessFile open, Header now) throws IOException {
        long end = now.version() == 1 ? Math.min(now.committed(), open.length()) : open.length();
        if (end > MOST_FILE_BYTES) {
            throw new IllegalStateException("damaged: length=" + end + ", limit=" + MOST_FILE_BYTES);
        }
        long from = -1;
        while (changes.position() < end && changes.position() != from) {
            from = changes.position();
            byte[] bytes = new byte[(int) Math.min(WINDOW_BYTES, end - from)];
            open.seek(from);
            open.readFully(bytes);
            ByteBuffer window = ByteBuffer.wrap(bytes);
            byte[] body = HiveLayout.next(window, now, changes.position());
            while (body != null) {
                changes.add(ValueSet.fromCbor(body), HiveLayout.RECORD_HEADER_BYTES + body.length);
                body = HiveLayout.next(window, now, changes.position());
            }
            if (changes.liveBytes() > MOST_LIVE_BYTES) {
                throw new IllegalStateException(
                        "damaged: settings of " + changes.liveBytes() + " bytes, limit=" + MOST_LIVE_BYTES);
            }
        }
    }

    /** Whether the records reach as far as they should; what is missing was not synced, or the file is damaged. */
    private void checkEnd(RandomAccessFile open, Header now, boolean first, boolean alone) throws IOException {
        if (changes.position() >= now.committed() && !first && !alone) {
            return; // what comes behind, a writer may be writing
        }
        long end = now.version() == 1 ? now.committed() : Math.max(now.committed(), open.length());
        if (changes.position() >= end) {
            return;
        } else if (!alone) {
            throw new Unsettled("records end at " + changes.position() + ", announced=" + end);
        } else if (changes.position() < now.synced()) {
            throw new IllegalStateException("damaged: no whole record at offset " + changes.position()
                    + ", synced up to " + now.synced() + ", length=" + open.length());
        }
        tellLoss("settings file " + path + ": bytes " + changes.position() + " to " + end
                + " are no whole changes: power was lost"
                + ", or a writer killed, before they were synced; what comes before them is kept");
    }

    private void tellLoss(String message) {
        if (!message.equals(loss)) {
            loss = message;
            LOG.log(Level.WARNING, message);
        }
    }

    /** The file that has the path now; null when there is none. */
    private @Nullable RandomAccessFile opened() throws IOException {
        for (Optional<Object> now = keyOfPath(); now.isPresent(); now = keyOfPath()) {
            if (file != null && now.get().equals(key)) {
                return file;
            }
            forget();
            if (folder.existing().isEmpty()) {
                return null;
            }
            try {
                folder.checkFile(path);
                file = new RandomAccessFile(path.toFile(), mayWriteFile() ? "rw" : "r");
                key = now.get(); // if another has taken the path since, the next round sees it
            } catch (FileNotFoundException e) {
                if (Files.exists(path)) {
                    throw e;
                }
            }
        }
        forget();
        return null;
    }

    private boolean mayWriteFile() {
        return folder.mayWrite() && Files.isWritable(path);
    }

    /** What tells the file of that path from others; empty when there is none. Windows has one answer for all. */
    private Optional<Object> keyOfPath() throws IOException {
        try {
            BasicFileAttributes facts = Files.readAttributes(path, BasicFileAttributes.class);
            return Optional.of(facts.fileKey() == null ? path : facts.fileKey());
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    /** Nothing that was read counts any more. */
    private void forget() throws IOException {
        closeFile();
        header = null;
        changes.restart(0);
    }

    // ---- writing

    /** Adds a change; it is kept when this returns, whichever process is killed then. */
    void append(ValueSet change) {
        append(change, () -> {});
    }

    /** Adds a change that passes a check, which no other process can come in between of. */
    synchronized void append(ValueSet change, Runnable check) {
        makeFolder();
        locked(() -> {
            check.run();
            RandomAccessFile open = current();
            byte[] body = change.toCbor();
            int bytes = HiveLayout.RECORD_HEADER_BYTES + body.length;
            checkRoom(change, bytes);
            try {
                write(open, body);
                changes.add(change, bytes);
                compactIfWorthwhile(open);
                return open;
            } catch (IOException e) {
                throw unusable(e);
            }
        });
    }

    /** Unless the file that is open lies in it still, and this process may change it. */
    private void makeFolder() {
        try {
            if (file == null || !folder.mayWrite() || !keyOfPath().equals(Optional.ofNullable(key))) {
                folder.secured();
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** What makes the live settings shorter has room always, or a full hive could not be emptied. */
    private void checkRoom(ValueSet change, int bytes) {
        long more = changes.growth(change, bytes);
        if (more > 0 && changes.liveBytes() + more > MOST_LIVE_BYTES) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "settings file " + path + ": limit=" + MOST_LIVE_BYTES + " bytes, actual="
                            + (changes.liveBytes() + more) + "; delete settings, or keep large data in files");
        }
    }

    private void write(RandomAccessFile open, byte[] body) throws IOException {
        byte[] record = HiveLayout.record(body, generation(), changes.position());
        boolean written = false;
        try {
            open.seek(changes.position());
            open.write(record);
            written = true;
        } finally {
            if (!written) {
                open.setLength(changes.position()); // the file system is full: half a record would look like a loss
            }
        }
        writeLong(open, HiveLayout.COMMITTED_OFFSET, changes.position() + record.length);
    }

    private long generation() {
        return Objects.requireNonNull(header, "a file is open").generation();
    }

    private static void writeLong(RandomAccessFile open, int at, long value) throws IOException {
        open.seek(at);
        open.write(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    /** The file that lies there now, with all that others have written, in the present version. Called with the lock. */
    private RandomAccessFile current() {
        try {
            RandomAccessFile open = look(true);
            if (open == null) {
                return replaceBy(null);
            }
            Header now = Objects.requireNonNull(header);
            if (now.version() == 1) {
                return replaceBy(open);
            } else if (changes.position() < Math.max(now.committed(), open.length())) {
                Files.copy(path, path.resolveSibling(path.getFileName() + DAMAGED), REPLACE_EXISTING);
                return replaceBy(open);
            } else if (now.superseded()) {
                writeLong(open, HiveLayout.SUPERSEDED_OFFSET, 0); // the process that was about to replace it is gone
            }
            return open;
        } catch (IOException | IllegalStateException | IpcException e) {
            throw damaged(e);
        }
    }

    private void compactIfWorthwhile(RandomAccessFile open) throws IOException {
        if (changes.position() < LEAST_COMPACTED_BYTES || changes.liveBytes() * 2 > changes.position()) {
            return;
        }
        try {
            replaceBy(open);
        } catch (IOException | IllegalStateException | IpcException e) { // the change is kept; the next tries again
            LOG.log(Level.WARNING, "settings file " + path + " cannot be compacted", e);
            if (file == open) { // else it is closed, and the next look at it finds the mark
                writeLong(open, HiveLayout.SUPERSEDED_OFFSET, 0);
            }
        }
    }

    /** The records that count, with the bodies that they have: encoded anew, one could be longer than any may be. */
    private byte[] live(@Nullable RandomAccessFile open, long generation) throws IOException {
        ByteBuffer live = ByteBuffer.allocate(Math.toIntExact(changes.liveBytes()));
        if (open != null) {
            Header now = Objects.requireNonNull(header);
            for (HiveChanges.Kept kept : changes.live()) {
                byte[] bytes = new byte[kept.bytes()];
                open.seek(kept.at());
                open.readFully(bytes);
                byte[] body = HiveLayout.next(ByteBuffer.wrap(bytes), now, kept.at());
                if (body == null) {
                    throw new IllegalStateException("damaged since it was read: record at offset " + kept.at());
                }
                live.put(HiveLayout.record(body, generation, HiveLayout.HEADER_BYTES + live.position()));
            }
        }
        return live.array();
    }

    /**
     * Writes the file anew, with what counts of the old one. It is on the disk before it gets the path. The old file says
     * that it is outdated before that: a reader that has it open looks for another one.
     */
    private RandomAccessFile replaceBy(@Nullable RandomAccessFile old) throws IOException {
        long generation = ThreadLocalRandom.current().nextLong();
        byte[] records = live(old, generation);
        PrivateFile.list(folder.path(), PrivateFile.DRAFT_PREFIX).forEach(PrivateFile::remove); // a killed writer's
        Path draft = Files.createTempFile(folder.path(), PrivateFile.DRAFT_PREFIX, null);
        try {
            try (RandomAccessFile fresh = new RandomAccessFile(draft.toFile(), "rw")) {
                fresh.write(Header.ofSynced(generation, HiveLayout.HEADER_BYTES + (long) records.length));
                fresh.write(records);
                fresh.getFD().sync();
            }
            folder.share(draft);
            if (old != null) {
                writeLong(old, HiveLayout.SUPERSEDED_OFFSET, 1);
            }
            Files.move(draft, path, ATOMIC_MOVE, REPLACE_EXISTING);
            PrivateFile.syncFolder(folder.path());
        } finally {
            Files.deleteIfExists(draft);
        }
        forget();
        return Objects.requireNonNull(look(true), "the file was removed at once");
    }

    /** Has the system write to the disk what was changed so far; then damage up to there is no loss of power's. */
    synchronized void sync() {
        refresh();
        RandomAccessFile open = file;
        Header now = header;
        if (open == null || now == null) {
            return; // nothing was changed yet
        }
        long end = changes.position();
        try {
            open.getFD().sync();
            folder.sync();
        } catch (IOException e) {
            throw unusable(e);
        }
        if (now.version() == 2 && now.synced() < end && mayWriteFile()) {
            locked(() -> noteSynced(now.generation(), end));
        }
    }

    /** Unless the file has been written anew meanwhile, and synced by that. */
    private @Nullable RandomAccessFile noteSynced(long generation, long end) {
        try {
            RandomAccessFile open = look(true);
            Header now = header;
            if (open != null && now != null && now.generation() == generation && now.synced() < end) {
                open.seek(HiveLayout.SYNCED_OFFSET);
                open.write(Header.synced(generation, end));
            }
            return open;
        } catch (IOException | IllegalStateException | IpcException e) {
            throw damaged(e);
        }
    }

    private <T extends @Nullable Object> T locked(Supplier<T> action) {
        return FolderLock.locked(folder.path(), action);
    }

    private IpcException damaged(Exception cause) {
        if (cause instanceof IpcException known && known.status() != IpcStatus.PROTOCOL_ERROR) {
            return known; // such as a folder that is another user's
        } else if (cause instanceof IOException failure && !(cause instanceof EOFException)) {
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
        forget();
    }
}
