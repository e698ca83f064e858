package io.valise.ipc.internal.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.RandomValues;
import io.valise.ipc.ValueSet;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes: a value that can be written again, or PROTOCOL_ERROR; in memory and time that the bytes justify. */
class HostileBytesTest {
    private static final int SEEDS = 1_000;
    private static final Pattern REASON = Pattern.compile("(?s)malformed ValueSet at offset \\d+: .+");

    private final ValueSetDecoder decoder = new ValueSetDecoder(new KeyCache());

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12})
    void randomBytes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 3) {
                bytes[0] = (byte) (0xa0 | random.nextInt(4));
                bytes[1] = 0x61;
            }
            decodeAndWriteAgain(bytes);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22})
    void mutationsOfValidBytes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RandomValues values = new RandomValues(random);
        byte[][] valid = new byte[SEEDS][];
        for (int i = 0; i < SEEDS; i++) {
            valid[i] = values.set().toCbor();
        }
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            refused += decodeAndWriteAgain(mutate(valid[random.nextInt(SEEDS)], random)) ? 0 : 1;
        }
        assertThat(refused).isBetween(5_000, 49_000);
    }

    private static byte[] mutate(byte[] valid, SplittableRandom random) {
        byte[] bytes = valid.clone();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            int at = random.nextInt(Math.min(bytes.length, 400));
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = (byte) (random.nextInt(8) << 5 | random.nextInt(24, 32));
                case 3 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, random.nextInt(bytes.length + 8)));
                default -> System.arraycopy(bytes, at, bytes, random.nextInt(at + 1), Math.min(8, bytes.length - at));
            }
        }
        return bytes;
    }

    private boolean decodeAndWriteAgain(byte[] bytes) {
        ValueSet set;
        try {
            set = decoder.decode(ByteBuffer.wrap(bytes));
        } catch (IpcException refused) {
            // Without AssertJ, which would take longer than what is tested.
            String reason = refused.reason();
            if (refused.status() != IpcStatus.PROTOCOL_ERROR
                    || reason.length() >= 400
                    || !REASON.matcher(reason).matches()) {
                throw new AssertionError("refused otherwise: " + HexFormat.of().formatHex(bytes), refused);
            }
            return false;
        }
        if (!ValueSet.fromCbor(set.toCbor()).equals(set)) {
            throw new AssertionError(
                    "another value when written again: " + HexFormat.of().formatHex(bytes));
        }
        if (set.toString().length() >= 2_000) {
            throw new AssertionError("a long text: " + set);
        }
        return true;
    }

    @Test
    void memoryThatChangesWhileItIsRead() throws InterruptedException {
        byte[] valid = new RandomValues(new SplittableRandom(32))
                .set().toBuilder()
                        .put("text", "some text with ümläuts".repeat(300))
                        .put("ints", new int[2_000])
                        .build()
                        .toCbor();
        ByteBuffer shared = ByteBuffer.allocateDirect(valid.length);
        AtomicBoolean done = new AtomicBoolean();
        Thread scribbler = new Thread(() -> scribble(shared, valid, done));
        scribbler.start();
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            try {
                ValueSet set = decoder.decode(shared.duplicate());
                assertThat(ValueSet.fromCbor(set.toCbor())).isEqualTo(set);
            } catch (IpcException hostile) {
                assertThat(hostile.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
                refused++;
            }
        }
        done.set(true);
        scribbler.join();
        assertThat(refused).isPositive();
    }

    private static void scribble(ByteBuffer shared, byte[] valid, AtomicBoolean done) {
        SplittableRandom random = new SplittableRandom(33);
        ByteBuffer mine = shared.duplicate();
        while (!done.get()) {
            mine.put(0, valid);
            for (int i = 0; i < 3; i++) {
                mine.put(random.nextInt(valid.length), (byte) random.nextInt());
            }
        }
    }

    /** Each level claims as many elements as bytes remain: 32 believed claims of 16 MiB would be 2 GiB. */
    @ParameterizedTest(name = "head {0}")
    @ValueSource(
            strings = {
                "9a00ffffff",
                "ba007fff00",
                "5a00ffffff",
                "7a00ffffff",
                "da5653040c9a00ffff00",
                "da565304119a00ffff00"
            })
    void claimsAreNotBelieved(String head) {
        byte[] bytes = new byte[1 << 24];
        bytes[0] = (byte) 0xa1;
        bytes[1] = 0x61;
        bytes[2] = 'v';
        int at = 3;
        byte[] claim = HexFormat.of().parseHex(head);
        for (int level = 0; level < 30; level++) {
            System.arraycopy(claim, 0, bytes, at, claim.length);
            at += claim.length;
            if (claim[0] == (byte) 0xba) {
                bytes[at++] = 0x61;
                bytes[at++] = (byte) ('a' + level % 26);
            }
        }
        bytes[at] = 0x1c; // reserved: the end
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ByteBuffer source = ByteBuffer.wrap(bytes);
        long before = threads.getCurrentThreadAllocatedBytes();
        decodeQuietly(source);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).isLessThan(6L * bytes.length);
    }

    private void decodeQuietly(ByteBuffer source) {
        try {
            decoder.decode(source);
        } catch (IpcException refused) {
            assertThat(refused.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        }
    }

    /** Keys with one hashCode: 2^17 of them take minutes where that hash decides, and the time-out of the test with them. */
    @Test
    void keysThatCollideCostNoMoreThanOthers() {
        ValueSet.Builder builder = ValueSet.builder();
        for (int i = 0; i < 1 << 17; i++) {
            StringBuilder key = new StringBuilder();
            for (int bit = 0; bit < 17; bit++) {
                key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            builder.put(key.toString(), i);
        }
        ValueSet set = builder.build();
        ValueSet read = ValueSet.fromCbor(set.toCbor());
        assertThat(read).isEqualTo(set);
        assertThat(read.getInt("BB".repeat(17))).isEqualTo((1 << 17) - 1);
    }

    /** A million tags, chunks, nulls: nothing here may be quadratic or deep. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {"c6", "d9d9f7", "40", "5f40ff", "f6", "80", "a0", "d903e9a101", "c1", "da56530011", "da5653040c"
            })
    void longRunsOfOneThing(String item) {
        byte[] one = HexFormat.of().parseHex(item);
        ByteArrayOutputStream run = new ByteArrayOutputStream();
        run.writeBytes(HexFormat.of().parseHex("a161769f"));
        for (int i = 0; i < 1_000_000; i++) {
            run.writeBytes(one);
        }
        run.writeBytes(HexFormat.of().parseHex("00ff"));
        boolean accepted = decodeAndWriteAgain(run.toByteArray());
        assertThat(accepted).isEqualTo(!item.startsWith("d903") && !item.startsWith("da") && !item.equals("c1"));
    }
}
