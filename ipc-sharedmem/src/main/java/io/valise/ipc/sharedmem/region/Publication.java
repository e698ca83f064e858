package io.valise.ipc.sharedmem.region;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.RegionLayout;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.spi.runtime.LateFaults;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The sequence that tells readers whether what they have read is one whole version.
 *
 * <pre>
 *   writer                                     reader
 *   0  take the writer's lock                  a  s = sequence, acquire; odd: wait, or the writer is dead
 *   1  sequence = odd                          b  read the content
 *   2  store fence                             c  load fence
 *   3  write the content                       d  sequence is s? then what was read was whole, else again
 *   4  sequence = even, release
 *   5  let the lock go
 * </pre>
 *
 * <p>4 pairs with a: a reader that sees the even number sees the content that was published with it. 2 pairs with c: if
 * b saw any byte of a later write, d sees its odd number, or a later one; without the fences the processor or the
 * compiler could show the bytes before the number, or look at the number before the bytes.
 *
 * <p>The kernel takes the lock from a writer that dies, so an odd number without a lock is a write that will never end.
 * The next writer begins with the next odd number. Thread-safe.
 */
public final class Publication {
    private static final long PAUSE_NANOS = 20_000;

    private final RegionFile file;
    private final SharedMemory header;

    /** The publication of a region whose header is mapped, for writing if {@link #write} is called. */
    public Publication(RegionFile file, SharedMemory header) {
        this.file = file;
        this.header = header;
    }

    /** The number of the version published last; it grows with each write. */
    public long version() {
        return header.getLongAcquire(RegionLayout.SEQUENCE_AT) >>> 1;
    }

    /**
     * Writes and publishes. If the action throws, the content stays unpublished, and torn for readers, until it is
     * written anew.
     *
     * @param mayBegin throws when nothing is to be written, once this thread is the writer: the version before stays
     * @return the version
     */
    public long write(Runnable mayBegin, Runnable action) {
        file.beginWriting();
        try {
            mayBegin.run();
            long odd = (header.getLongAcquire(RegionLayout.SEQUENCE_AT) + 1) | 1;
            header.putLongRelease(RegionLayout.SEQUENCE_AT, odd);
            VarHandle.storeStoreFence();
            action.run();
            header.putLongRelease(RegionLayout.SEQUENCE_AT, odd + 1);
            LateFaults.report(); // not within the lock
            return (odd + 1) >>> 1;
        } finally {
            file.endWriting();
        }
    }

    /**
     * Reads until what was read was whole.
     *
     * @param nanos how long to wait for a writer at most
     * @throws IpcException {@code PEER_DIED} when a writer ended in mid-write, {@code TIMEOUT}
     * @throws IllegalStateException when this thread writes
     */
    public <T> T read(Supplier<T> reader, long nanos) {
        long deadline = System.nanoTime() + nanos;
        do {
            long before = header.getLongAcquire(RegionLayout.SEQUENCE_AT);
            if ((before & 1) != 0) {
                awaitWriter(before);
            } else {
                Optional<T> whole = readOnce(reader, before);
                if (whole.isPresent()) {
                    return whole.get();
                }
            }
        } while (System.nanoTime() - deadline < 0);
        throw new IpcException(
                IpcStatus.TIMEOUT,
                "region " + file.path() + ": limit=" + nanos + " ns to find it whole, actual=written all the time");
    }

    /** Empty when it was written meanwhile; then an exception of the reader may be due to torn data. */
    private <T> Optional<T> readOnce(Supplier<T> reader, long before) {
        try {
            T result = reader.get();
            return isStill(before) ? Optional.of(result) : Optional.empty();
        } catch (RuntimeException | Error torn) {
            if (isStill(before)) {
                throw torn;
            }
            return Optional.empty();
        }
    }

    private boolean isStill(long before) {
        VarHandle.loadLoadFence();
        return header.getLongAcquire(RegionLayout.SEQUENCE_AT) == before;
    }

    private void awaitWriter(long odd) {
        if (file.isWrittenHere()) {
            throw new IllegalStateException("region " + file.path() + ": this thread writes it; read afterwards");
        }
        if (file.isBeingWritten()) {
            Threads.pause(PAUSE_NANOS);
        } else if (header.getLongAcquire(RegionLayout.SEQUENCE_AT) == odd) {
            throw new IpcException(
                    IpcStatus.PEER_DIED,
                    "region " + file.path() + ": its writer ended in mid-write, version " + ((odd + 1) >>> 1)
                            + " was never published; write it anew");
        }
    }
}
