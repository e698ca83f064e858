package io.valise.ipc.sharedmem.os;

import java.nio.file.FileSystems;
import java.nio.file.Path;

/**
 * When the file of a segment can be removed. The next server removes the files of a crashed one ({@link
 * SegmentDirectory#sweep}). Thread-safe.
 */
public interface SegmentRemoval {
    /** A file that is mapped can be removed, and the memory stays: Linux, macOS. So a later crash leaves no file. */
    SegmentRemoval WHEN_SHARED = new SegmentRemoval() {
        @Override
        public void whenShared(Path file) {
            SegmentFile.remove(file);
        }

        @Override
        public void whenUnmapped(Path file) {
            // Already removed when both ends had mapped it.
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

    /** The one for this system. */
    static SegmentRemoval ofThisSystem() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix") ? WHEN_SHARED : WHEN_UNMAPPED;
    }

    /** Both ends have mapped it. */
    void whenShared(Path file);

    /** This end has unmapped it; the other one perhaps not. */
    void whenUnmapped(Path file);
}
