package io.valise.ipc.internal.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.valise.ipc.Point;
import io.valise.ipc.RandomValues;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.decode.KeyCache;
import io.valise.ipc.internal.decode.ValueSetDecoder;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What the engine relies on when it lets a set be written straight into a transport's buffer. */
class EncodeTest {
    @Test
    void allocatesNothing() {
        ValueSet set = ordinary();
        ByteBuffer heap = ByteBuffer.allocate(4_096);
        ByteBuffer direct = ByteBuffer.allocateDirect(4_096);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        encode(set, heap, direct); // caches and the thread's stage come into being
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            encode(set, heap, direct);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
    }

    private static ValueSet ordinary() {
        return ValueSet.builder()
                .put("text", "KRW/USD")
                .put("umlaut", "Zürich 水 \ud83d\ude00")
                .put("long text", "x".repeat(900) + "ü")
                .put("int", 100_000)
                .put("long", 1L << 40)
                .put("double", 1.5)
                .put("float", 1.5f)
                .put("short", (short) 5)
                .put("byte", (byte) 5)
                .put("char", 'c')
                .put("boolean", true)
                .put("null", null)
                .put("instant", Instant.EPOCH)
                .put("duration", Duration.ZERO)
                .put("uuid", new UUID(1, 2))
                .put("point", new Point(1, 2))
                .put("nested", ValueSet.of("list", List.of(1, "two", 3.0)))
                .put("ints", new int[] {1, 2, 3})
                .put("bytes", new byte[500])
                .put("strings", new String[] {"a", "b"})
                .putUInt32("unsigned", 7)
                .build();
    }

    private static void encode(ValueSet set, ByteBuffer heap, ByteBuffer direct) {
        for (int i = 0; i < 10; i++) {
            ValueSetEncoder.encode(set, heap.clear());
            ValueSetEncoder.encode(set, direct.clear());
            ValueSetEncoder.sizeBound(set);
        }
    }

    @Test
    void writesNothingOutsideOfPositionAndLimit() {
        RandomValues values = new RandomValues(new SplittableRandom(41));
        for (int i = 0; i < 300; i++) {
            ValueSet set = values.set();
            byte[] expected = set.toCbor();
            for (ByteBuffer buffer : buffers(expected.length + 20)) {
                fill(buffer);
                ValueSetEncoder.encode(set, buffer.limit(expected.length + 10).position(10));
                assertThat(buffer.position()).isEqualTo(buffer.limit());
                byte[] all = new byte[expected.length + 20];
                buffer.clear().get(all);
                assertThat(Arrays.copyOfRange(all, 10, 10 + expected.length)).isEqualTo(expected);
                assertThat(Arrays.copyOf(all, 10)).containsOnly(0x55);
                assertThat(Arrays.copyOfRange(all, 10 + expected.length, all.length))
                        .containsOnly(0x55);
            }
        }
    }

    @Test
    void overflowsWhenTheSetDoesNotFit() {
        RandomValues values = new RandomValues(new SplittableRandom(42));
        for (int i = 0; i < 300; i++) {
            ValueSet set = values.set();
            int size = set.toCbor().length;
            int room = i % 2 == 0 ? size - 1 : size / 2;
            for (ByteBuffer buffer : buffers(room + 5)) {
                buffer.position(5);
                assertThatThrownBy(() -> ValueSetEncoder.encode(set, buffer))
                        .isInstanceOf(BufferOverflowException.class);
                assertThat(buffer.position()).isEqualTo(5);
            }
        }
    }

    private static List<ByteBuffer> buffers(int size) {
        return List.of(ByteBuffer.allocate(size), ByteBuffer.allocateDirect(size));
    }

    private static void fill(ByteBuffer buffer) {
        while (buffer.hasRemaining()) {
            buffer.put((byte) 0x55);
        }
    }

    /** Platform threads, and virtual ones (which share stages) where the JDK has them. */
    @Test
    void manyThreadsEncodeAtOnce() throws Exception {
        ValueSet set = ordinary();
        byte[] expected = set.toCbor();
        for (ExecutorService threads : executors()) {
            List<Future<byte[]>> written = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                written.add(threads.submit(set::toCbor));
            }
            for (Future<byte[]> bytes : written) {
                assertThat(bytes.get()).isEqualTo(expected);
            }
            threads.shutdown();
        }
    }

    private static List<ExecutorService> executors() throws ReflectiveOperationException {
        List<ExecutorService> executors = new ArrayList<>(List.of(Executors.newFixedThreadPool(8)));
        if (Runtime.version().feature() >= 21) {
            Method virtual = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
            executors.add((ExecutorService) virtual.invoke(null));
        }
        return executors;
    }

    @Test
    void doesNotMindTheOrderOfTheBuffer() {
        ValueSet set = ordinary();
        ByteBuffer little = ByteBuffer.allocateDirect(8_192).order(ByteOrder.LITTLE_ENDIAN);
        ValueSetEncoder.encode(set, little);
        assertThat(new ValueSetDecoder(new KeyCache()).decode(little.flip())).isEqualTo(set);
        assertThat(little.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void theBoundOfLargeValuesIsClose() {
        assertThat(ValueSetEncoder.sizeBound(ValueSet.of("a", new byte[1 << 20])))
                .isLessThan((1 << 20) + 64);
        assertThat(ValueSetEncoder.sizeBound(ValueSet.of("a", new double[1 << 20])))
                .isLessThan((8 << 20) + 64);
        assertThat(ValueSetEncoder.sizeBound(ValueSet.of("a", "x".repeat(1 << 20))))
                .isLessThan((1 << 20) + 64);
    }

    @Test
    void textOfEveryLengthAndKindSurvives() {
        ValueSetDecoder decoder = new ValueSetDecoder(new KeyCache());
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
        for (String unit : List.of("a", "ü", "水", "\ud83d\ude00", "aü水\ud83d\ude00")) {
            for (int length = 0; length < 2_100; length += length < 70 ? 1 : 37) {
                String text = unit.repeat(length);
                ValueSet set = ValueSet.of("k", text, "list", List.of(text), "array", new String[] {text});
                ValueSetEncoder.encode(set, buffer.clear());
                assertThat((long) buffer.position()).isLessThanOrEqualTo(ValueSetEncoder.sizeBound(set));
                assertThat(decoder.decode(buffer.flip())).isEqualTo(set);
            }
        }
    }

    @Test
    void arraysOfEveryLengthSurvive() {
        for (int length = 0; length < 5_000; length += length < 300 ? 1 : 613) {
            SplittableRandom random = new SplittableRandom(length);
            boolean[] booleans = new boolean[length];
            for (int i = 0; i < length; i++) {
                booleans[i] = random.nextBoolean();
            }
            ValueSet set = ValueSet.of(
                    "b",
                    new byte[length],
                    "s",
                    new short[length],
                    "i",
                    random.ints(length).toArray(),
                    "l",
                    random.longs(length).toArray(),
                    "d",
                    random.doubles(length).toArray(),
                    "f",
                    new float[length],
                    "c",
                    "ü".repeat(length).toCharArray(),
                    "z",
                    booleans);
            assertThat(ValueSet.fromCbor(set.toCbor())).isEqualTo(set);
        }
    }
}
