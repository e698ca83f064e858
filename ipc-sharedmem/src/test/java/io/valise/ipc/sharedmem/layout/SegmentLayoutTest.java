package io.valise.ipc.sharedmem.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.os.MemoryKind;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.sharedmem.os.TestMemory;
import org.junit.jupiter.api.Test;

/** A test of an internal class: all connections of a machine have one byte order, but for those of {@code .ci/emulated}. */
class SegmentLayoutTest {
    private static final SegmentLayout LAYOUT = new SegmentLayout(SegmentLayout.MIN_RING_BYTES);

    @Test
    void aSegmentOfTheOtherByteOrderIsUnsupported() {
        IpcException failure = failure(Long.reverseBytes(magic()));
        assertThat(failure.status()).isEqualTo(IpcStatus.UNSUPPORTED);
        assertThat(failure).hasMessageContaining("other byte order").hasMessageContaining("use any: or pipe:");
    }

    @Test
    void anotherMagicIsNotTheProtocol() {
        assertThat(failure(magic() + 1).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    private static long magic() {
        try (TestMemory file = new TestMemory(MemoryKind.JDK, LAYOUT.segmentBytes())) {
            SharedMemory memory = file.map();
            LAYOUT.writeHeader(memory);
            LAYOUT.checkHeader(memory);
            return memory.getLongAcquire(0);
        }
    }

    private static IpcException failure(long magic) {
        try (TestMemory file = new TestMemory(MemoryKind.JDK, LAYOUT.segmentBytes())) {
            SharedMemory memory = file.map();
            LAYOUT.writeHeader(memory);
            memory.putLongRelease(0, magic);
            return catchThrowableOfType(IpcException.class, () -> LAYOUT.checkHeader(memory));
        }
    }
}
