package io.valise.ipc.sharedmem.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both memories behave alike. */
class SharedMemoryTest {
    private static final int SIZE = 8192;

    @ParameterizedTest
    @EnumSource
    void wordsAreSeenThroughAnotherMapping(MemoryKind kind) {
        try (TestMemory file = new TestMemory(kind, SIZE)) {
            SharedMemory one = file.map();
            SharedMemory other = file.map();
            one.putInt(64, 1);
            one.putIntRelease(128, Integer.MIN_VALUE);
            one.putLongRelease(256, Long.MIN_VALUE + 7);
            assertThat(other.getIntAcquire(64)).isEqualTo(1);
            assertThat(other.getIntOpaque(128)).isEqualTo(Integer.MIN_VALUE);
            assertThat(other.getLongAcquire(256)).isEqualTo(Long.MIN_VALUE + 7);
            assertThat(other.size()).isEqualTo(SIZE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void wordsAreInTheByteOrderOfTheMachine(MemoryKind kind) {
        try (TestMemory file = new TestMemory(kind, SIZE)) {
            SharedMemory memory = file.map();
            memory.putInt(0, 0x01020304);
            assertThat(memory.frameView().order(ByteOrder.nativeOrder()).getInt(0))
                    .isEqualTo(0x01020304);
            assertThat(memory.frameView().order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        }
    }

    @ParameterizedTest
    @EnumSource
    void unmapGivesTheMemoryBackAtOnce(MemoryKind kind) throws IOException {
        try (TestMemory file = new TestMemory(kind, SIZE)) {
            SharedMemory memory = file.map();
            assertThat(mapped()).isEqualTo(1);
            memory.unmap();
            memory.unmap();
            assertThat(mapped()).isZero();
        }
    }

    private static long mapped() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("valise-test"))
                .count();
    }
}
