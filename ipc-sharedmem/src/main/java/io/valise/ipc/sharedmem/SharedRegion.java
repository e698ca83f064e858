package io.valise.ipc.sharedmem;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.sharedmem.layout.RegionLayout;
import io.valise.ipc.sharedmem.os.ChronicleViews;
import io.valise.ipc.sharedmem.os.MappedWindows;
import io.valise.ipc.sharedmem.os.SegmentFile;
import io.valise.ipc.sharedmem.region.Place;
import io.valise.ipc.sharedmem.region.Publication;
import io.valise.ipc.sharedmem.region.RegionDirectory;
import io.valise.ipc.sharedmem.region.RegionFile;
import io.valise.ipc.spi.runtime.LateFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import net.openhft.chronicle.bytes.Bytes;

/**
 * Bulk memory that several processes of this user map: made here, handed over in a {@link ValueSet} or opened by its
 * name, never copied. Any size the machine has room for, also above 2 GiB.
 *
 * <pre>{@code
 * try (SharedRegion picture = SharedRegion.create(64 << 20)) {
 *     picture.write(region -> region.buffer().put(pixels));
 *     viewer.request("show", ValueSet.of("picture", picture.handle(SharedRegion.Access.READ)));
 * }
 * // in the viewer's handler
 * try (SharedRegion picture = SharedRegion.open(request.message().getValueSet("picture"))) {
 *     return ValueSet.of("sum", picture.read(region -> sum(region.buffer())));
 * }
 * }</pre>
 *
 * <h2>Life</h2>
 *
 * <p>A region lives as long as a process holds it: it is counted by the kernel, and removed when the last holder closes
 * it. What the death of the last holder leaves is removed when the next region is created or the next server of
 * {@code shm:} starts. The process that hands a region over keeps it open until the other has opened it; the reply to the request
 * that carried the handle says so.
 *
 * <h2>Whole or not</h2>
 *
 * <p>{@link #write} publishes a version when its action has returned; {@link #read} returns only what was read from one
 * version. If a writer dies in mid-write, readers get {@code PEER_DIED} and never torn data, until a process writes
 * anew. Views used outside these two are plain memory.
 *
 * <h2>Views</h2>
 *
 * <p>{@link #close} unmaps, at once when no {@link #read} or {@link #write} is under way here. <b>No view may be used after that</b>: from Java 22 on it is an
 * IllegalStateException, before it ends the JVM.
 *
 * <p>All bytes of a region are allocated when it is created, so that a full {@code /dev/shm} is an error of {@code create},
 * {@code RESOURCE_EXHAUSTED}, with the room there is and the room needed. Files are in a 0700 directory beside the
 * segments of {@code shm:}; it separates users, not programs of one user: access {@code READ} keeps a receiver from writing
 * by mistake, not by intent. Linux and macOS. Thread-safe, as memory is.
 *
 * @since 0.1.0
 */
public final class SharedRegion implements AutoCloseable {
    /**
     * What a holder may do.
     *
     * @since 0.1.0
     */
    public enum Access {
        /** Read. */
        READ,
        /** Read and write. */
        WRITE
    }

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String NAME = "valise.region";
    private static final String GENERATION = "generation";
    private static final String BYTES = "bytes";
    private static final String ACCESS = "access";
    private static final String PLACE = "place";
    private static final Duration WRITER_TIMEOUT = Duration.ofSeconds(30);

    private final String name;
    private final Access access;
    private final RegionFile file;
    private final MappedWindows windows;
    private final Publication publication;
    private final Place place;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** One until it is closed, and one for each call under way: what they touch stays mapped. */
    private final AtomicInteger uses = new AtomicInteger(1);

    private SharedRegion(String name, Access access, RegionFile file) throws IOException {
        this.name = name;
        this.access = access;
        this.file = file;
        this.place = Place.of(file.layout().generation());
        this.windows = file.windows(mode(access));
        this.publication = new Publication(file, windows.words());
    }

    /**
     * Creates a region that others reach by its handle only. All bytes are 0.
     *
     * @param bytes its size, positive
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when there is no room, {@code ACCESS_DENIED}
     */
    public static SharedRegion create(long bytes) {
        return create(RegionDirectory.freshName(), bytes);
    }

    /**
     * Creates a region that others open by its name. All bytes are 0.
     *
     * @param name {@code [A-Za-z0-9][A-Za-z0-9._-]{0,63}}
     * @param bytes its size, positive
     * @throws IpcException {@code ADDRESS_IN_USE} when there is one, {@code RESOURCE_EXHAUSTED} when there is no room,
     *     {@code ACCESS_DENIED}
     */
    public static SharedRegion create(String name, long bytes) {
        RegionDirectory directory = RegionDirectory.current();
        RegionLayout layout = new RegionLayout(bytes, RANDOM.nextLong());
        directory.sweep();
        return of(name, Access.WRITE, RegionFile.create(directory, directory.file(name), layout));
    }

    /**
     * Opens a region by its name, to read and write it.
     *
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when no process holds one of that name, {@code PROTOCOL_ERROR},
     *     {@code ACCESS_DENIED}
     */
    public static SharedRegion open(String name) {
        return open(name, Access.WRITE);
    }

    /** Opens a region by its name; else as {@link #open(String)}. */
    public static SharedRegion open(String name, Access access) {
        return of(name, access, RegionFile.open(RegionDirectory.current().file(name), mode(access)));
    }

    /**
     * Opens a region that was handed over, with the access that was granted.
     *
     * @param handle what {@link #handle} made, as it arrived
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when its last holder has closed it, {@code UNSUPPORTED} when it is not
     *     here and was made on another machine (from 0.2.0 on; on Linux, where the kernel's boot id can be read and differs;
     *     elsewhere {@code ENDPOINT_NOT_FOUND}), {@code TYPE_MISMATCH} or {@code PROTOCOL_ERROR} when it is no handle, {@code
     *     ACCESS_DENIED}
     */
    public static SharedRegion open(ValueSet handle) {
        return open(handle, granted(handle));
    }

    /** Opens a region that was handed over; more access than was granted is {@code ACCESS_DENIED}. */
    public static SharedRegion open(ValueSet handle, Access access) {
        if (access == Access.WRITE && granted(handle) == Access.READ) {
            throw refused(IpcStatus.ACCESS_DENIED, "access: limit=READ, as the handle grants, actual=WRITE");
        }
        String name = field(handle, NAME, set -> set.getString(NAME));
        long generation = field(handle, GENERATION, set -> set.getLong(GENERATION));
        long bytes = field(handle, BYTES, set -> set.getLong(BYTES));
        try {
            SharedRegion region = open(checked(name), access);
            RegionLayout found = region.file.layout();
            if (found.generation() == generation && found.bytes() == bytes) {
                return region;
            }
            region.close();
            throw refused(IpcStatus.ENDPOINT_NOT_FOUND, "\"" + name + "\": closed since, another has its name now");
        } catch (IpcException e) {
            if (e.status() == IpcStatus.ENDPOINT_NOT_FOUND && isElsewhere(handle, generation)) {
                throw new IpcException(
                        IpcStatus.UNSUPPORTED,
                        "region \"" + name
                                + "\": limit=the machine it was made on, actual=another, or that one started anew"
                                + " since; send what is in it as messages, or connect by shm: or pipe: there",
                        Delivery.NOT_SENT,
                        e);
            }
            throw e;
        }
    }

    /** Asked only where there is no such region here: a handle without the field, or a system that tells nothing, says no. */
    private static boolean isElsewhere(ValueSet handle, long generation) {
        if (!handle.contains(PLACE)) {
            return false;
        }
        String made = handle.getString(PLACE);
        try {
            return Place.of(generation).text().map(here -> !here.equals(made)).orElse(false);
        } catch (IOException noDescriptor) {
            return false; // that the region is not here is true all the same
        }
    }

    /** A handle that grants the access this holder has; see {@link #handle(Access)}. */
    public ValueSet handle() {
        return handle(access);
    }

    /**
     * What a receiver {@link #open(ValueSet) opens} it by: a plain value, to be put into a message.
     *
     * @param granted at most the access of this holder
     * @throws IpcException {@code ACCESS_DENIED} when it is more
     */
    public ValueSet handle(Access granted) {
        if (granted == Access.WRITE && access == Access.READ) {
            throw refused(IpcStatus.ACCESS_DENIED, "access: limit=READ, as it is open here, actual=WRITE");
        }
        RegionLayout layout = file.layout();
        ValueSet handle =
                ValueSet.of(NAME, name, GENERATION, layout.generation(), BYTES, layout.bytes(), ACCESS, granted.name());
        return place.text()
                .map(here -> handle.toBuilder().put(PLACE, here).build())
                .orElse(handle);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its size in bytes. */
    public long size() {
        return file.layout().bytes();
    }

    /** What this holder may do. */
    public Access access() {
        return access;
    }

    /**
     * All of it, as a big-endian view; read-only with access {@code READ}.
     *
     * @throws IndexOutOfBoundsException when it is larger than a buffer can be, 2 GiB
     */
    public ByteBuffer buffer() {
        return buffer(0, size());
    }

    /**
     * A part of it, as a big-endian view with a position of its own; read-only with access {@code READ}. Up to 1 GiB less 4 KiB
     * from any offset.
     *
     * @throws IndexOutOfBoundsException when it is not within the region, or longer than a buffer can be
     * @throws IpcException {@code CONNECTION_CLOSED} after {@link #close}
     */
    public ByteBuffer buffer(long offset, long length) {
        enter();
        try {
            return windows.view(offset, length);
        } finally {
            leave();
        }
    }

    /** All of it, as {@link #bytes(long, long)}. */
    public Bytes<?> bytes() {
        return bytes(0, size());
    }

    /**
     * A part of it as Chronicle Bytes in the byte order of the machine: readable as a whole, and written after {@code
     * writePosition(0)} or at offsets. Needs access {@code WRITE}, for Chronicle knows no read-only memory.
     *
     * @throws IpcException {@code ACCESS_DENIED} with access {@code READ}; {@code UNSUPPORTED} where Chronicle Bytes does
     *     not work; else as {@link #buffer(long, long)}. From Java 24 on the JDK warns of Chronicle's use of Unsafe
     */
    public Bytes<?> bytes(long offset, long length) {
        if (access == Access.READ) {
            throw refused(
                    IpcStatus.ACCESS_DENIED, "bytes(): limit=READ, actual=WRITE; use buffer(), which is read-only");
        }
        ByteBuffer view = buffer(offset, length);
        try {
            return ChronicleViews.of(view);
        } catch (LinkageError missing) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED,
                    "region bytes(): Chronicle Bytes is missing (" + missing.getMessage()
                            + "): add net.openhft:chronicle-bytes, or use buffer()",
                    Delivery.NOT_SENT,
                    missing);
        }
    }

    /** The number of the version published last: 0 when it is new, more with each write. */
    public long version() {
        enter();
        try {
            return whole(publication::version);
        } finally {
            leave();
        }
    }

    /**
     * Writes to it, alone among all threads and processes, and publishes what was written when the action returns. If
     * it throws, there is no version to read until it is written anew. The action may close this region: what it writes
     * by the views that it has is published all the same. A write that waits for another writer when this region is closed
     * does not begin, and the version before stays.
     *
     * @param writer gets this region
     * @return the version
     * @throws IpcException {@code ACCESS_DENIED} with access {@code READ}, {@code CONNECTION_CLOSED}, {@code PROTOCOL_ERROR}
     *     when another process truncated its file
     */
    public long write(Writer writer) {
        enter();
        try {
            if (access == Access.READ) {
                throw refused(
                        IpcStatus.ACCESS_DENIED, "write: limit=READ, actual=WRITE; ask for a handle that grants it");
            }
            return whole(() -> publication.write(this::checkOpen, () -> {
                writer.write(this);
                windows.checkWhole(); // before it is published
            }));
        } finally {
            leave();
        }
    }

    /**
     * Reads from one version of it; waits up to 30 s for a writer. The reader may run several times, when writers come
     * in between, and sees torn data then: what it returns is thrown away, as is what it throws.
     *
     * @param reader gets this region; without side effects, and not null its result
     * @throws IpcException {@code PEER_DIED} when its last writer ended in mid-write, {@code TIMEOUT} when it is written all
     *     the time, {@code CONNECTION_CLOSED}, {@code PROTOCOL_ERROR} as for {@link #write}
     */
    public <T> T read(Function<SharedRegion, T> reader) {
        enter();
        try {
            return whole(() -> publication.read(
                    () -> {
                        T result = reader.apply(this);
                        LateFaults.report();
                        return result;
                    },
                    WRITER_TIMEOUT.toNanos()));
        } finally {
            leave();
        }
    }

    /**
     * Lets it go and unmaps it, after the reads and writes that are under way here; the last holder frees it. Those may go on
     * with the views they have, but get no new ones: a write that asks for one fails, and publishes nothing. Other views are
     * not to be used any more. Idempotent.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            leave();
        }
    }

    private void leave() {
        if (uses.decrementAndGet() == 0) {
            file.close();
        }
    }

    /**
     * Writes to a region.
     *
     * @since 0.1.0
     */
    @FunctionalInterface
    public interface Writer {
        /** Writes; no other thread or process reads or writes meanwhile. */
        void write(SharedRegion region);
    }

    private static MapMode mode(Access access) {
        return access == Access.WRITE ? MapMode.READ_WRITE : MapMode.READ_ONLY;
    }

    private static SharedRegion of(String name, Access access, RegionFile file) {
        boolean open = false;
        try {
            SharedRegion region = new SharedRegion(name, access, file);
            open = true;
            return region;
        } catch (IOException e) {
            throw SegmentFile.failed(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "map",
                    file.path(),
                    file.layout().bytes(),
                    e);
        } finally {
            if (!open) {
                file.close();
            }
        }
    }

    /** Says of a file that another process has truncated that it was. */
    private <T> T whole(Supplier<T> action) {
        try {
            windows.checkWhole(); // or native code of the JDK, as that of CRC32C, ends the JVM by what is gone
            T result = action.get();
            windows.checkWhole();
            return result;
        } catch (InternalError fault) {
            if (file.isWhole()) {
                throw fault; // of the caller's action
            }
            throw cut(fault);
        } catch (IpcException e) {
            if (e.status() != IpcStatus.PEER_DIED || file.isWhole()) {
                throw e;
            }
            throw cut(e); // a write to what is gone was never published
        }
    }

    private IpcException cut(Throwable cause) {
        LateFaults.settle(); // there may be more of them, which would come up anywhere
        return new IpcException(
                IpcStatus.PROTOCOL_ERROR,
                "region \"" + name + "\": limit=" + size() + " bytes, actual=its file " + file.path()
                        + " was truncated by another process; close it, and make another",
                Delivery.NOT_SENT,
                cause);
    }

    private void enter() {
        boolean mapped = uses.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
        if (closed.get()) {
            if (mapped) {
                leave();
            }
            throw closedHere();
        }
    }

    private void checkOpen() {
        if (closed.get()) {
            throw closedHere();
        }
    }

    private IpcException closedHere() {
        return refused(IpcStatus.CONNECTION_CLOSED, "\"" + name + "\": closed here");
    }

    private static Access granted(ValueSet handle) {
        String text = field(handle, ACCESS, set -> set.getString(ACCESS));
        return switch (text) {
            case "READ" -> Access.READ;
            case "WRITE" -> Access.WRITE;
            default -> throw refused(IpcStatus.PROTOCOL_ERROR, "handle access: limit=READ or WRITE, actual=" + text);
        };
    }

    private static <T> T field(ValueSet handle, String key, Function<ValueSet, T> getter) {
        if (!handle.contains(key)) {
            throw refused(IpcStatus.PROTOCOL_ERROR, "handle: limit=a ValueSet of handle(), actual=no key " + key);
        }
        return getter.apply(handle);
    }

    /** A name from elsewhere names no file outside the directory. */
    private static String checked(String name) {
        if (RegionDirectory.isName(name)) {
            return name;
        }
        throw refused(IpcStatus.PROTOCOL_ERROR, "handle: the name of a region, actual=\"" + name + '"');
    }

    private static IpcException refused(IpcStatus status, String what) {
        return new IpcException(status, "region " + what, Delivery.NOT_SENT);
    }
}
