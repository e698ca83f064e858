package io.valise.ipc.sharedmem.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.EndMark;
import io.valise.ipc.sharedmem.layout.RingLayout;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.MemoryKind;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.sharedmem.os.TestMemory;
import io.valise.ipc.spi.runtime.LateFaults;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A peer that writes anything into the ring damages its own connection only. */
class HostileRingTest {
    private static final int CAPACITY = 4096;
    private static final int DATA = 512;
    private static final RingLayout LAYOUT = new RingLayout(0, DATA, CAPACITY);

    @ParameterizedTest
    @CsvSource({
        "0, 1021, 1..1020",
        "0, 2147483647, 1..1020",
        "0, -1, padding",
        "0, -2, padding",
        "0, -2147483648, padding"
    })
    void lengthThatCannotBeIsNamed(int index, int length, String limit) {
        try (TestMemory file = new TestMemory(MemoryKind.JDK, DATA + CAPACITY)) {
            SharedMemory memory = file.map();
            RingConsumer consumer = new RingConsumer(memory, LAYOUT, () -> {});
            memory.putIntRelease(DATA + index, length);
            assertThatThrownBy(() -> consumer.poll(view -> true, 1))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                    .hasMessageContaining("actual=" + length)
                    .hasMessageContaining(limit);
        }
    }

    /**
     * A frame within a page and one over several, of a segment that is cut to nothing, before, within and behind the frame,
     * within the page that it ends in too, and by one byte.
     */
    @ParameterizedTest
    @CsvSource({"100", "3000", "9000"})
    void aFrameWhoseFileIsCutWhileItIsReadIsNotWhole(int length) {
        SegmentLayout segment = new SegmentLayout(64 << 10);
        int second = segment.toServer().data() + RingLayout.recordBytes(length);
        List<Integer> cuts = List.of(
                0,
                4096,
                second + 4 + length / 2,
                second + 4 + length - 1,
                second + 4 + length,
                segment.toClient().data(),
                segment.segmentBytes() - 9,
                segment.segmentBytes() - 1);
        for (int left : cuts) {
            cutWhileItIsRead(segment, length, left);
        }
    }

    private static void cutWhileItIsRead(SegmentLayout segment, int length, int left) {
        try (TestMemory file = new TestMemory(MemoryKind.JDK, segment.segmentBytes())) {
            SharedMemory memory = file.map();
            segment.writeHeader(memory);
            EndMark end = segment.endMark(memory);
            RingProducer producer = new RingProducer(file.map(), segment.toServer());
            RingConsumer consumer = new RingConsumer(memory, segment.toServer(), () -> {});
            for (int frame = 0; frame < 2; frame++) {
                assertThat(producer.claim(length)).isNotNull();
                producer.commit(length);
            }
            byte[] copy = new byte[length];
            int whole = consumer.poll(
                    view -> {
                        view.get(copy);
                        end.check();
                        return false;
                    },
                    1);
            assertThat(whole).isEqualTo(1);
            assertThatThrownBy(() -> consumer.poll(
                            view -> {
                                view.get(copy, 0, length / 2);
                                file.truncate(left);
                                view.get(copy, length / 2, length - length / 2);
                                end.check();
                                return false;
                            },
                            1))
                    .as("cut to %s bytes", left)
                    .isInstanceOf(InternalError.class);
            LateFaults.settle();
        }
    }

    @Test
    void lengthAcrossTheEndIsNamed() {
        try (TestMemory file = new TestMemory(MemoryKind.JDK, DATA + CAPACITY)) {
            SharedMemory memory = file.map();
            RingProducer producer = new RingProducer(file.map(), LAYOUT);
            RingConsumer consumer = new RingConsumer(memory, LAYOUT, () -> {});
            for (int at = 0; at < CAPACITY - 64; at += 64) {
                assertThat(producer.claim(60)).isNotNull();
                producer.commit(60);
                consumer.poll(view -> true, 1);
            }
            memory.putIntRelease(DATA + CAPACITY - 64, 61);
            assertThatThrownBy(() -> consumer.poll(view -> true, 1))
                    .hasMessageContaining("limit=1..60 bytes, actual=61");
        }
    }

    @ParameterizedTest
    @CsvSource({"-8", "4", "9223372036854775800", "-9223372036854775808", "4096"})
    void consumerPositionThatCannotBeIsNamed(long position) {
        try (TestMemory file = new TestMemory(MemoryKind.JDK, DATA + CAPACITY)) {
            SharedMemory memory = file.map();
            RingProducer producer = new RingProducer(memory, LAYOUT);
            while (producer.claim(100) != null) {
                producer.commit(100);
            }
            memory.putLongRelease(LAYOUT.consumerPosition(), position);
            assertThatThrownBy(() -> producer.claim(100))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                    .hasMessageContaining("actual=" + position);
        }
    }

    @Test
    void consumerPositionThatGoesBackIsNamed() {
        try (TestMemory file = new TestMemory(MemoryKind.JDK, DATA + CAPACITY)) {
            SharedMemory memory = file.map();
            RingProducer producer = new RingProducer(memory, LAYOUT);
            RingConsumer consumer = new RingConsumer(memory, LAYOUT, () -> {});
            for (int i = 0; i < 100; i++) {
                assertThat(producer.claim(100)).isNotNull();
                producer.commit(100);
                consumer.poll(view -> true, 1);
            }
            memory.putLongRelease(LAYOUT.consumerPosition(), 0);
            assertThatThrownBy(() -> {
                        while (producer.claim(100) != null) {
                            producer.commit(100);
                        }
                    })
                    .hasMessageContaining("consumer position")
                    .hasMessageContaining("actual=0");
        }
    }

    /** Memory outside the ring does not change, whatever is written into the ring. */
    @ParameterizedTest
    @EnumSource
    void tenThousandCorruptionsStayInsideTheRing(MemoryKind kind) {
        int guard = 4096;
        RingLayout layout = new RingLayout(guard, guard + DATA, CAPACITY);
        Random random = new Random(20);
        int caught = 0;
        try (TestMemory file = new TestMemory(kind, guard + DATA + CAPACITY + guard)) {
            SharedMemory memory = file.map();
            for (int i = 0; i < 10_000; i++) {
                clear(memory);
                caught += corruptAndUse(memory, layout, random);
                assertUntouched(memory, 0, guard);
                assertUntouched(memory, guard + DATA + CAPACITY, guard);
            }
        }
        assertThat(caught).isBetween(1000, 10_000);
    }

    private static int corruptAndUse(SharedMemory memory, RingLayout layout, Random random) {
        RingProducer producer = new RingProducer(memory, layout);
        RingConsumer consumer = new RingConsumer(memory, layout, () -> {});
        try {
            for (int step = 0; step < 50; step++) {
                if (random.nextInt(4) == 0) {
                    scribble(memory, layout, random);
                }
                ByteBuffer space = producer.claim(1 + random.nextInt(layout.maxPayload()));
                if (space != null) {
                    space.put((byte) 1);
                    producer.commit(1 + random.nextInt(space.limit() - space.position() + 1));
                }
                consumer.poll(HostileRingTest::read, random.nextInt(8) + 1);
            }
            return 0;
        } catch (IpcException e) {
            assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
            return 1;
        }
    }

    private static boolean read(ByteBuffer view) {
        assertThat(view.remaining()).isBetween(1, LAYOUT.maxPayload());
        int sum = 0;
        while (view.hasRemaining()) {
            sum += view.get();
        }
        return sum != Integer.MIN_VALUE;
    }

    private static void scribble(SharedMemory memory, RingLayout layout, Random random) {
        int[] values = {0, -1, 1, random.nextInt(), random.nextInt(CAPACITY), Integer.MAX_VALUE, Integer.MIN_VALUE};
        int words = (DATA + CAPACITY) / 4;
        int offset = random.nextBoolean() ? layout.consumerPosition() : layout.control() + 4 * random.nextInt(words);
        memory.putIntRelease(offset, values[random.nextInt(values.length)]);
    }

    private static void clear(SharedMemory memory) {
        ByteBuffer all = memory.frameView();
        while (all.hasRemaining()) {
            all.putLong(0);
        }
    }

    private static void assertUntouched(SharedMemory memory, int from, int length) {
        ByteBuffer part = memory.frameView().position(from).limit(from + length);
        while (part.hasRemaining()) {
            assertThat(part.getLong()).isZero();
        }
    }
}
