package io.valise.ipc.sharedmem.named;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.sharedmem.layout.ObjectLayout;
import io.valise.ipc.sharedmem.layout.RegionLayout;
import io.valise.ipc.sharedmem.os.SegmentFile;
import io.valise.ipc.sharedmem.region.RegionDirectory;
import io.valise.ipc.sharedmem.region.RegionFile;
import io.valise.ipc.spi.runtime.LockFile;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A named object as it is open here once: its file, which the kernel keeps count of the holders of, its words and its
 * bell. What is under way when it is closed (a wait, a hold) keeps the memory mapped until it ends. Thread-safe.
 */
public final class ObjectFile implements AutoCloseable {
    /** Marks the slots that this process has. */
    static final long MARK = ObjectLayout.newMark();

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern SCOPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final int ATTEMPTS = 100;
    private static final int ATTEMPTS_AT_DAMAGE = 5;
    private static final long PAUSE_NANOS = 100_000;
    private static final String KIND = "valise.object";
    private static final String SCOPE_KEY = "scope";
    private static final String NAME = "name";
    private static final String GENERATION = "generation";

    private final ObjectKind kind;
    private final String scope;
    private final String name;
    private final RegionFile file;
    private final ObjectWords words;
    private final Bell bell;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** One until it is closed, and one for each use under way. */
    private final AtomicInteger uses = new AtomicInteger(1);

    private ObjectFile(ObjectKind kind, String scope, String name, RegionFile file) throws IOException {
        this.kind = kind;
        this.scope = scope;
        this.name = name;
        this.file = file;
        this.words = new ObjectWords(file, name, file.windows(MapMode.READ_WRITE));
        this.bell = new Bell(words);
        words.check();
        file.tryLock(ObjectLayout.userLock(MARK)); // refused where it is open here already; freed with the file
    }

    /** Makes an object that is opened by its handle only; else as {@link #openOrCreate}. */
    public static ObjectFile create(ObjectKind kind, int slots) {
        return openOrCreate(kind, RegionDirectory.BY_HANDLE, RegionDirectory.freshName(), slots);
    }

    /**
     * Opens the object of a name, which is made when there is none.
     *
     * @param slots how many it has, or has to have
     * @throws IpcException {@code TYPE_MISMATCH} when there is another object of that name, {@code ADDRESS_IN_USE} when a
     *     process keeps its file locked that is to remove it, {@code PROTOCOL_ERROR} when its file was truncated and a process
     *     has it open, {@code RESOURCE_EXHAUSTED}, {@code ACCESS_DENIED}
     */
    public static ObjectFile openOrCreate(ObjectKind kind, String scope, String name, int slots) {
        RegionDirectory directory = RegionDirectory.objects();
        Path path = directory.file(scope, name);
        for (int attempt = 1; ; attempt++) {
            IpcException unusable;
            try {
                return checked(kind, scope, name, slots, RegionFile.open(path, MapMode.READ_WRITE));
            } catch (IpcException e) { // absent, or no object, which a loss of power or a cut may leave
                if (e.status() != IpcStatus.ENDPOINT_NOT_FOUND && e.status() != IpcStatus.PROTOCOL_ERROR) {
                    throw e;
                }
                unusable = e;
            }
            try {
                return checked(kind, scope, name, slots, createAfterSweep(directory, path, kind, slots));
            } catch (IpcException e) { // it went between the two steps, or came; or a process has it open
                if (e.status() != IpcStatus.ADDRESS_IN_USE) {
                    throw e;
                } else if (unusable.status() == IpcStatus.PROTOCOL_ERROR && attempt >= ATTEMPTS_AT_DAMAGE) {
                    throw damaged(name, path, unusable);
                } else if (attempt >= ATTEMPTS) {
                    throw locked(name, path, e);
                }
                Threads.pause(PAUSE_NANOS);
            }
        }
    }

    private static IpcException locked(String name, Path path, IpcException cause) {
        return new IpcException(
                IpcStatus.ADDRESS_IN_USE,
                "object \"" + name + "\": a process that looks whether " + path + " can be removed keeps it locked; is"
                        + " one stopped?",
                Delivery.NOT_SENT,
                cause);
    }

    private static IpcException damaged(String name, Path path, IpcException cause) {
        return new IpcException(
                IpcStatus.PROTOCOL_ERROR,
                "object \"" + name + "\": " + path + " was truncated or overwritten by another process, and one has it"
                        + " open: close it there, and it is made anew; " + cause.reason(),
                Delivery.NOT_SENT,
                cause);
    }

    /** A file that is no object, and that no process has open, goes with the sweep. */
    private static RegionFile createAfterSweep(RegionDirectory directory, Path path, ObjectKind kind, int slots) {
        directory.sweep();
        RegionLayout layout = new RegionLayout(ObjectLayout.bytes(slots), RANDOM.nextLong(), kind.number());
        return RegionFile.create(directory, path, layout);
    }

    private static ObjectFile checked(ObjectKind kind, String scope, String name, int slots, RegionFile file) {
        boolean done = false;
        try {
            ObjectKind found = kindOf(file);
            int has = ObjectLayout.slots(file.layout().bytes());
            if (found != kind || has != slots) {
                throw refused(
                        IpcStatus.TYPE_MISMATCH,
                        name,
                        "limit=" + found.describe(has) + ", as it was made, actual=" + kind.describe(slots)
                                + "; take another name");
            }
            ObjectFile object = new ObjectFile(kind, scope, name, file);
            done = true;
            return object;
        } catch (IOException e) {
            throw SegmentFile.failed(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "map",
                    file.path(),
                    file.layout().fileBytes(),
                    e);
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    private static ObjectKind kindOf(RegionFile file) {
        int number = file.layout().kind();
        long bytes = file.layout().bytes();
        return ObjectKind.of(number)
                .filter(kind -> bytes == ObjectLayout.bytes(Math.max(1, ObjectLayout.slots(bytes))))
                .orElseThrow(() -> new IpcException(
                        IpcStatus.PROTOCOL_ERROR,
                        "object " + file.path() + ": limit=kind 1 to " + ObjectKind.values().length + ", 1 to "
                                + ObjectLayout.MOST_SLOTS + " slots, actual=kind " + number + ", " + bytes + " bytes",
                        Delivery.NOT_SENT));
    }

    /**
     * Opens an object that was handed over.
     *
     * @param kinds what it may be
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when its last holder has closed it, {@code TYPE_MISMATCH} when it is of
     *     another kind, {@code PROTOCOL_ERROR} when it is no handle, {@code ACCESS_DENIED}
     */
    public static ObjectFile open(ValueSet handle, ObjectKind... kinds) {
        String name = field(handle, NAME, set -> set.getString(NAME));
        ObjectKind kind = kindOf(name, field(handle, KIND, set -> set.getString(KIND)), kinds);
        String scope = field(handle, SCOPE_KEY, set -> set.getString(SCOPE_KEY));
        long generation = field(handle, GENERATION, set -> set.getLong(GENERATION));
        if (!RegionDirectory.isName(name) || !SCOPE.matcher(scope).matches()) { // they would lead out of the directory
            throw refused(IpcStatus.PROTOCOL_ERROR, name, "handle: limit=a name and a scope, actual=\"" + scope + '"');
        }
        RegionFile file = RegionFile.open(RegionDirectory.objects().file(scope, name), MapMode.READ_WRITE);
        int slots = ObjectLayout.slots(file.layout().bytes());
        ObjectFile object = checked(kind, scope, name, slots, file);
        if (file.layout().generation() != generation) {
            object.close();
            throw refused(IpcStatus.ENDPOINT_NOT_FOUND, name, "closed since, another has its name now");
        }
        return object;
    }

    private static ObjectKind kindOf(String name, String text, ObjectKind... kinds) {
        for (ObjectKind kind : kinds) {
            if (kind.name().equals(text)) {
                return kind;
            }
        }
        throw refused(IpcStatus.TYPE_MISMATCH, name, "handle: limit=" + kinds[0].describe(1) + ", actual=" + text);
    }

    private static <T> T field(ValueSet handle, String key, Function<ValueSet, T> getter) {
        if (!handle.contains(key)) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    "object handle: limit=a ValueSet of handle(), actual=no key " + key,
                    Delivery.NOT_SENT);
        }
        return getter.apply(handle);
    }

    /** What a receiver opens it by. */
    public ValueSet handle() {
        return ValueSet.of(
                KIND,
                kind.name(),
                SCOPE_KEY,
                scope,
                NAME,
                name,
                GENERATION,
                file.layout().generation());
    }

    /** What it is. */
    public ObjectKind kind() {
        return kind;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** How many slots it has. */
    public int slots() {
        return ObjectLayout.slots(file.layout().bytes());
    }

    /** Begins a use, for which the memory stays mapped until {@link #leave}; {@code CONNECTION_CLOSED} after the close. */
    public void enter() {
        boolean mapped = uses.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
        if (closed.get()) {
            if (mapped) {
                leave();
            }
            throw closedHere();
        }
    }

    /** Ends a use. */
    public void leave() {
        if (uses.decrementAndGet() == 0) {
            file.close();
        }
    }

    /** Fails after the close. */
    void checkOpen() {
        if (closed.get()) {
            throw closedHere();
        }
    }

    private IpcException closedHere() {
        return refused(IpcStatus.CONNECTION_CLOSED, name, "closed here");
    }

    /** A failure of an object of that name. */
    static IpcException refused(IpcStatus status, String name, String what) {
        return new IpcException(status, "object \"" + name + "\": " + what, Delivery.NOT_SENT);
    }

    /** Ends the waits here, after their sleep of a bounded time; the file is let go with the last use. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            leave();
        }
    }

    /** Frees a lock; where that fails, it is freed with the file. */
    void unlock(LockFile.Lock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            SafeLog.of(ObjectFile.class)
                    .log(Level.DEBUG, "object " + name + ": a lock stays until the object is closed", e);
        }
    }

    RegionFile file() {
        return file;
    }

    ObjectWords words() {
        return words;
    }

    Bell bell() {
        return bell;
    }
}
