package io.valise.ipc.sharedmem.os;

import java.nio.file.FileSystems;
import java.nio.file.Path;

/**
 * When the file of a segment can be removed. What a crash leaves, the next server sweeps away ({@link
 * SegmentDirectory#sweep}). Thread-safe.
 */
public interface SegmentRemoval {
    /** A file that is mapped can be removed, and the memory stays: Linux, macOS. So a crash later leaves nothing. */
    SegmentRemoval WHEN_SHARED = new SegmentRemoval() {
        @Override
        public void whenShared(Path file) {
            SegmentFile.remove(file);
        }

        @Override
        public void whenUnmapped(Path file) {
            // It is gone since both ends mapped it.
        }
    };

    /** A file that is mapped cannot be removed: Windows. Each end tries when it has unmapped it; the last one succeeds. */
    SegmentRemoval WHEN_UNMAPPED = new SegmentRemoval() {
        @Override
        public void whenShared(Path file) {
            // Not yet.
        }

        @Override
        public void whenUnmapped(Path file) {
            SegmentFile.remove(file);
        }
    };

    /** As this system has it. */
    static SegmentRemoval ofThisSystem() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix") ? WHEN_SHARED : WHEN_UNMAPPED;
    }

    /** Both ends have mapped it. */
    void whenShared(Path file);

    /** This end has unmapped it; the other one perhaps not. */
    void whenUnmapped(Path file);
}
