package io.valise.ipc.sharedmem.os;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.spi.runtime.LateFaults;
import java.nio.file.Path;

/**
 * The memory of a connection at one end, and its file.
 *
 * @param memory mapped until {@link #unmap}
 * @param layout its layout
 * @param file its path, as long as it has one
 * @param removal when the file can be removed
 */
public record Segment(SharedMemory memory, SegmentLayout layout, Path file, SegmentRemoval removal) {

    /** Creates and maps a file, at the server; errors as of {@link SegmentFile#create}. */
    public static Segment create(Path file, SegmentLayout layout, SegmentRemoval removal) {
        SharedMemory memory = SegmentFile.create(file, layout.segmentBytes());
        layout.writeHeader(memory);
        return new Segment(memory, layout, file, removal);
    }

    /**
     * Maps the file that a server created; errors as of {@link SegmentFile#open}.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when it is no segment
     */
    public static Segment open(Path file, SegmentLayout layout, SegmentRemoval removal, SegmentFile.Check check) {
        SharedMemory memory = SegmentFile.open(file, layout.segmentBytes(), check);
        Segment segment = new Segment(memory, layout, file, removal);
        boolean done = false;
        try {
            layout.checkHeader(segment.memory);
            LateFaults.report();
            done = true;
            return segment;
        } catch (InternalError fault) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    "segment " + file + ": limit=" + layout.segmentBytes()
                            + " bytes, actual=it was truncated by the server or another process",
                    Delivery.NOT_SENT,
                    fault);
        } finally {
            if (!done) {
                segment.unmap();
            }
        }
    }

    /** Both ends have mapped it. */
    public void shared() {
        removal.whenShared(file);
    }

    /** Unmaps the memory. Idempotent. */
    public void unmap() {
        memory.unmap();
        removal.whenUnmapped(file);
    }
}
