package io.valise.ipc.testkit.session;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** A value of every type, with its limits. */
public final class Samples {
    private static final Map<ValueType, UnaryOperator<ValueSet.Builder>> PUTS = new EnumMap<>(ValueType.class);

    private static final BigInteger MAX_UINT64 = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

    private Samples() {}

    private static void add(ValueType type, Object... values) {
        PUTS.put(type, builder -> {
            for (int i = 0; i < values.length; i++) {
                builder.put(type + "-" + i, values[i]);
            }
            return builder;
        });
    }

    static {
        PUTS.put(ValueType.EMPTY, builder -> builder.put("EMPTY-0", null));
        PUTS.put(ValueType.UINT8, builder -> builder.putUInt8("UINT8-0", 0).putUInt8("UINT8-1", 255));
        PUTS.put(ValueType.UINT16, builder -> builder.putUInt16("UINT16-0", 0).putUInt16("UINT16-1", 65_535));
        PUTS.put(ValueType.UINT32, builder -> builder.putUInt32("UINT32-0", 0).putUInt32("UINT32-1", 0xFFFF_FFFFL));
        PUTS.put(
                ValueType.UINT64,
                builder -> builder.putUInt64("UINT64-0", BigInteger.ZERO).putUInt64("UINT64-1", MAX_UINT64));
        PUTS.put(
                ValueType.UINT16_ARRAY,
                builder -> builder.putUInt16Array("UINT16_ARRAY-0").putUInt16Array("UINT16_ARRAY-1", 0, 65_535));
        PUTS.put(
                ValueType.UINT32_ARRAY,
                builder -> builder.putUInt32Array("UINT32_ARRAY-0").putUInt32Array("UINT32_ARRAY-1", 0, 0xFFFF_FFFFL));
        PUTS.put(
                ValueType.UINT64_ARRAY,
                builder -> builder.putUInt64Array("UINT64_ARRAY-0")
                        .putUInt64Array("UINT64_ARRAY-1", BigInteger.ZERO, MAX_UINT64));
        add(ValueType.INT8, (byte) 0, Byte.MIN_VALUE, Byte.MAX_VALUE);
        add(ValueType.INT16, (short) 0, (short) 23, (short) 24, Short.MIN_VALUE, Short.MAX_VALUE);
        add(ValueType.INT32, 0, 23, -24, -25, 255, 256, Integer.MIN_VALUE, Integer.MAX_VALUE);
        add(ValueType.INT64, 0L, -1L, 1L << 33, Long.MIN_VALUE, Long.MAX_VALUE);
        add(ValueType.SINGLE, 0f, -0f, 1.5f, Float.MIN_VALUE, Float.NEGATIVE_INFINITY, Float.NaN);
        add(ValueType.DOUBLE, 0d, -0d, 1e300, Double.MIN_VALUE, Double.POSITIVE_INFINITY, Double.NaN);
        add(ValueType.CHAR16, 'a', '\0', '\uD800', '\uFFFF');
        add(ValueType.BOOLEAN, true, false);
        add(ValueType.STRING, "", "plain", "grüß 안녕 \uD83D\uDE80 \0", "x".repeat(70_000));
        add(ValueType.DATE_TIME, Instant.EPOCH, Instant.ofEpochSecond(-1, 999_999_999), Instant.MAX, Instant.MIN);
        add(ValueType.TIME_SPAN, Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
        add(ValueType.GUID, new UUID(0, 0), new UUID(-1, Long.MIN_VALUE));
        add(ValueType.POINT, new Point(1.5f, -2f));
        add(ValueType.SIZE, new Size(0f, 3f));
        add(ValueType.RECT, new Rect(-1f, 2f, 3f, 4f));
        add(ValueType.BIG_INTEGER, BigInteger.ZERO, BigInteger.TWO.pow(200).negate());
        add(ValueType.BIG_DECIMAL, new BigDecimal("0.00"), new BigDecimal("-12345678901234567890.123"));
        add(ValueType.VALUE_SET, ValueSet.empty(), ValueSet.of("in", ValueSet.of("deeper", List.of(1, "two"))));
        add(ValueType.LIST, List.of(), List.of(1, 2L, "three", List.of(true), ValueSet.of("k", 'v')));
        add(ValueType.UINT8_ARRAY, new byte[0], new byte[] {0, -1, 127}, new byte[100_000]);
        add(ValueType.INT16_ARRAY, new short[] {}, new short[] {1, Short.MIN_VALUE});
        add(ValueType.INT32_ARRAY, new int[] {}, new int[] {1, Integer.MIN_VALUE});
        add(ValueType.INT64_ARRAY, new long[] {}, new long[] {1, Long.MIN_VALUE});
        add(ValueType.SINGLE_ARRAY, new float[] {}, new float[] {1f, Float.NaN});
        add(ValueType.DOUBLE_ARRAY, new double[] {}, new double[] {1d, -0d});
        add(ValueType.CHAR16_ARRAY, new char[] {}, new char[] {'a', '\uD800'});
        add(ValueType.BOOLEAN_ARRAY, new boolean[] {}, new boolean[] {true, false, true});
        add(ValueType.STRING_ARRAY, new String[] {}, new String[] {"", "안녕"});
        add(ValueType.DATE_TIME_ARRAY, (Object) new Instant[] {Instant.EPOCH, Instant.MAX});
        add(ValueType.TIME_SPAN_ARRAY, (Object) new Duration[] {Duration.ZERO, Duration.ofDays(-1)});
        add(ValueType.GUID_ARRAY, (Object) new UUID[] {new UUID(1, 2)});
        add(ValueType.POINT_ARRAY, (Object) new Point[] {new Point(1f, 2f)});
        add(ValueType.SIZE_ARRAY, (Object) new Size[] {new Size(1f, 2f)});
        add(ValueType.RECT_ARRAY, (Object) new Rect[] {new Rect(1f, 2f, 3f, 4f)});
        add(ValueType.BIG_INTEGER_ARRAY, (Object) new BigInteger[] {BigInteger.TEN.pow(40)});
        add(ValueType.BIG_DECIMAL_ARRAY, (Object) new BigDecimal[] {new BigDecimal("1.10")});
    }

    /** Several values of one type, under keys that begin with its name. */
    public static ValueSet of(ValueType type) {
        UnaryOperator<ValueSet.Builder> put = PUTS.get(type);
        if (put == null) {
            throw new AssertionError("no sample of " + type + ": add one");
        }
        return put.apply(ValueSet.builder()).build();
    }

    /** All of them in one set. */
    public static ValueSet ofEveryType() {
        ValueSet.Builder all = ValueSet.builder();
        for (ValueType type : ValueType.values()) {
            all.putAll(of(type));
        }
        return all.build();
    }
}
