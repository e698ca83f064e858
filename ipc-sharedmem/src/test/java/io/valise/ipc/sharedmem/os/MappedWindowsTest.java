package io.valise.ipc.sharedmem.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.sharedmem.layout.EndMark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

/** Files above 2 GiB, with holes: only the pages that are touched take memory. */
class MappedWindowsTest {
    private static final long GIB = 1L << 30;
    private static final long SIZE = 5 * GIB;
    private static final int HEADER = 4096;

    @Test
    void everyOffsetOfALargeFileIsReached() throws IOException {
        Path path = Files.createTempFile(
                Files.isWritable(Path.of("/dev/shm")) ? Path.of("/dev/shm") : Path.of("."), "valise-test", ".large");
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(1), HEADER + SIZE - 1);
            MappedWindows windows = new MappedWindows(file, MapMode.READ_WRITE, HEADER, SIZE, HEADER + SIZE);
            for (long offset : new long[] {0, GIB - 4, 2 * GIB - 4, 3 * GIB + 5, SIZE - 8}) {
                windows.view(offset, 8).putLong(offset);
                ByteBuffer inFile = ByteBuffer.allocate(8);
                file.read(inFile, HEADER + offset);
                assertThat(inFile.getLong(0)).isEqualTo(offset);
            }
            assertThat(windows.view(2 * GIB - 4, GIB - HEADER).getLong()).isEqualTo(2 * GIB - 4);
            assertThatThrownBy(() -> windows.view(SIZE - 7, 8)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> windows.view(0, 3 * GIB)).hasMessageContaining("take two views");
            assertThatThrownBy(windows::checkWhole).isInstanceOf(InternalError.class);
            file.write(EndMark.bytes(), HEADER + SIZE);
            assertThatCode(windows::checkWhole).doesNotThrowAnyException();
            windows.unmap();
            windows.unmap();
        } finally {
            Files.delete(path);
        }
    }
}
