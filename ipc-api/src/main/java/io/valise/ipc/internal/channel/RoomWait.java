package io.valise.ipc.internal.channel;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.jfr.Recording;
import io.valise.ipc.internal.jfr.WaitRecord;
import io.valise.ipc.internal.work.Shortage;
import io.valise.ipc.internal.work.VirtualThreads;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.Threads;
import java.util.concurrent.TimeUnit;

/** The wait for room at the peer. Used by the holder of the send lock; {@link #isAwaited} is thread-safe. */
final class RoomWait {
    /** A virtual thread has another thread wait for it, which its interrupt does not reach: it checks this often. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Link link;
    private volatile boolean awaited;

    RoomWait(Link link) {
        this.link = link;
    }

    /** Whether a thread waits at this moment. */
    boolean isAwaited() {
        return awaited;
    }

    /**
     * Waits until the peer may have made room.
     *
     * @param deadline by {@link System#nanoTime()}
     * @param delivery what is known, should this fail, of the frame that the caller sends; what is committed follows with
     *     the next flush
     */
    void await(long deadline, Delivery delivery) {
        long remaining = deadline - System.nanoTime();
        if (remaining <= 0) {
            throw new IpcException(
                    IpcStatus.TIMEOUT, "send: the peer's buffer stayed full for the whole timeout", delivery);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new IpcException(
                    IpcStatus.CANCELLED, "send: the thread was interrupted while the peer's buffer was full", delivery);
        }
        WaitRecord record = Recording.beginRoomWait();
        awaited = true;
        try {
            if (Threads.isVirtual()) {
                long slice = Math.min(remaining, SLICE_NANOS);
                VirtualThreads.block(() -> Shortage.await(link::awaitWritable, slice));
            } else {
                Shortage.await(link::awaitWritable, remaining);
            }
        } finally {
            awaited = false;
            if (record != null) {
                record.ended(link.peer());
            }
        }
    }
}
