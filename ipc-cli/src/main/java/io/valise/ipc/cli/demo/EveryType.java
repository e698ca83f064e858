package io.valise.ipc.cli.demo;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.ValueSet;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;

/** A message with a value of every type. Stateless. */
public final class EveryType {
    private static final Instant TIME = Instant.parse("2030-01-31T12:00:00.123456789Z");
    private static final Duration SPAN = Duration.ofSeconds(-90, 500);
    private static final UUID ID = UUID.fromString("123e4567-e89b-12d3-a456-426614174000");
    private static final BigInteger HIGHEST = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    private static final BigInteger BIG = BigInteger.TWO.pow(100);
    private static final BigDecimal EXACT = new BigDecimal("12345678901234567890.0100");
    private static final Rect RECT = new Rect(-1.5f, 2, 3, Float.POSITIVE_INFINITY);

    private EveryType() {}

    /** The message; each type has a key of its own. */
    public static ValueSet message() {
        ValueSet.Builder message = ValueSet.builder();
        addNumbers(message);
        addOthers(message);
        addPrimitiveArrays(message);
        addUnsignedArrays(message);
        addObjectArrays(message);
        return message.build();
    }

    private static void addNumbers(ValueSet.Builder message) {
        message.put("byte", Byte.MIN_VALUE)
                .put("short", Short.MAX_VALUE)
                .put("int", Integer.MIN_VALUE)
                .put("long", 1L)
                .put("float", 0.1f)
                .put("double", Double.NaN)
                .put("biginteger", BIG)
                .put("bigdecimal", EXACT)
                .putUInt8("uint8", 255)
                .putUInt16("uint16", 65_535)
                .putUInt32("uint32", 4_294_967_295L)
                .putUInt64("uint64", HIGHEST);
    }

    private static void addOthers(ValueSet.Builder message) {
        message.put("empty", null)
                .put("boolean", true)
                .put("char", '\uD83D') // half of a pair: no text, but a char
                .put("string", "안녕 👋 \"quoted\"\n")
                .put("instant", TIME)
                .put("duration", SPAN)
                .put("uuid", ID)
                .put("point", new Point(1.25f, Float.NaN))
                .put("size", new Size(0, 4.5f))
                .put("rect", RECT)
                .put("valueset", ValueSet.of("$type", "no tag", "inner", ValueSet.of("deep", 1)))
                .put("list", Arrays.asList(1, 2L, null, "three", TIME, new int[] {4}, ValueSet.empty()));
    }

    private static void addUnsignedArrays(ValueSet.Builder message) {
        message.putUInt16Array("uint16s", 0, 65_535)
                .putUInt32Array("uint32s", 0, 4_294_967_295L)
                .putUInt64Array("uint64s", BigInteger.ZERO, HIGHEST);
    }

    private static void addPrimitiveArrays(ValueSet.Builder message) {
        message.put("bytes", new byte[] {0, 1, -1})
                .put("shorts", new short[] {-1, 2})
                .put("ints", new int[] {1, 2, 3})
                .put("longs", new long[] {1, Long.MAX_VALUE})
                .put("floats", new float[] {0.1f, Float.NEGATIVE_INFINITY})
                .put("doubles", new double[] {0.1, -0.0})
                .put("chars", "chars".toCharArray())
                .put("booleans", new boolean[] {true, false});
    }

    private static void addObjectArrays(ValueSet.Builder message) {
        message.put("strings", new String[] {"a", ""})
                .put("instants", new Instant[] {TIME, Instant.EPOCH})
                .put("durations", new Duration[] {SPAN, Duration.ZERO})
                .put("uuids", new UUID[] {ID})
                .put("points", new Point[] {new Point(0, 0)})
                .put("sizes", new Size[] {new Size(1, 2)})
                .put("rects", new Rect[] {RECT})
                .put("bigintegers", new BigInteger[] {BIG, BigInteger.ZERO})
                .put("bigdecimals", new BigDecimal[] {EXACT, BigDecimal.ONE});
    }
}
