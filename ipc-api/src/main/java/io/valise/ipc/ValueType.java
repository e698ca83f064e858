package io.valise.ipc;

import io.valise.ipc.internal.value.ListValue;
import io.valise.ipc.internal.value.Unsigned;
import io.valise.ipc.internal.value.UnsignedArray;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The type of a value in a {@link ValueSet}. Numbers below 0x80 are those of the Windows {@code PropertyType}, an array
 * is its element's number + 0x400; numbers from 0x80 on are Valise's own. All are frozen: the wire uses them
 * (docs/protocol-valueset.md). Immutable and safe for use by any thread.
 *
 * <p><b>Java types</b> of values: Boolean, Byte, Short, Integer, Long, Float, Double, Character, String, Instant, Duration,
 * UUID, BigInteger, BigDecimal, {@link Point}, {@link Size}, {@link Rect}, arrays of the primitives and of String, Instant,
 * Duration, UUID, BigInteger, BigDecimal, Point, Size and Rect (without null elements), a nested ValueSet, a List of all
 * these, and null.
 *
 * <p><b>Conversion</b> by the getters of {@link ValueSet}: numbers convert when nothing is lost. Integers (unsigned and
 * BigInteger too) widen and narrow among themselves and become float, double or BigDecimal where these are exact; a float
 * becomes a double, and a double its nearest float unless that would be infinite; a fraction never becomes an integer.
 * Arrays and lists convert element by element by the same rules, so that {@code getLongs} reads an int[] and a List of
 * integers of any width; a failure names the first element that does not convert. Elements of a byte[] are octets, 0 to 255.
 *
 * <p>PropertyType's Inspectable (13) and OtherType (20) cannot be sent.
 *
 * @since 0.1.0
 */
public enum ValueType {
    /** An explicit null. */
    EMPTY(0),
    /** 0 to 255, see {@link ValueSet.Builder#putUInt8}; read as short. */
    UINT8(1),
    /** Short. */
    INT16(2),
    /** 0 to 65,535, see {@link ValueSet.Builder#putUInt16}; read as int. */
    UINT16(3),
    /** Integer. */
    INT32(4),
    /** 0 to 2^32-1, see {@link ValueSet.Builder#putUInt32}; read as long. */
    UINT32(5),
    /** Long. */
    INT64(6),
    /** 0 to 2^64-1, see {@link ValueSet.Builder#putUInt64}; read as BigInteger. */
    UINT64(7),
    /** Float. */
    SINGLE(8),
    /** Double. */
    DOUBLE(9),
    /** Character: one UTF-16 code unit. */
    CHAR16(10),
    /** Boolean. */
    BOOLEAN(11),
    /** String. */
    STRING(12),
    /** Instant. */
    DATE_TIME(14),
    /** Duration. */
    TIME_SPAN(15),
    /** UUID. */
    GUID(16),
    /** {@link Point}. */
    POINT(17),
    /** {@link Size}. */
    SIZE(18),
    /** {@link Rect}. */
    RECT(19),
    /** Byte (signed); a number of Valise's own. */
    INT8(0x80),
    /** BigInteger; a number of Valise's own. */
    BIG_INTEGER(0x81),
    /** BigDecimal; a number of Valise's own. */
    BIG_DECIMAL(0x82),
    /** A nested {@link ValueSet}; a number of Valise's own. */
    VALUE_SET(0x83),
    /** A List of values, of different types too; a number of Valise's own. */
    LIST(0x84),
    /** byte[]: octets. */
    UINT8_ARRAY(0x401),
    /** short[]. */
    INT16_ARRAY(0x402),
    /** Each 0 to 65,535, see {@link ValueSet.Builder#putUInt16Array}; read as int[]. */
    UINT16_ARRAY(0x403),
    /** int[]. */
    INT32_ARRAY(0x404),
    /** Each 0 to 2^32-1, see {@link ValueSet.Builder#putUInt32Array}; read as long[]. */
    UINT32_ARRAY(0x405),
    /** long[]. */
    INT64_ARRAY(0x406),
    /** Each 0 to 2^64-1, see {@link ValueSet.Builder#putUInt64Array}; read as BigInteger[]. */
    UINT64_ARRAY(0x407),
    /** float[]. */
    SINGLE_ARRAY(0x408),
    /** double[]. */
    DOUBLE_ARRAY(0x409),
    /** char[]. */
    CHAR16_ARRAY(0x40a),
    /** boolean[]. */
    BOOLEAN_ARRAY(0x40b),
    /** String[]. */
    STRING_ARRAY(0x40c),
    /** Instant[]. */
    DATE_TIME_ARRAY(0x40e),
    /** Duration[]. */
    TIME_SPAN_ARRAY(0x40f),
    /** UUID[]. */
    GUID_ARRAY(0x410),
    /** Point[]. */
    POINT_ARRAY(0x411),
    /** Size[]. */
    SIZE_ARRAY(0x412),
    /** Rect[]. */
    RECT_ARRAY(0x413),
    /** BigInteger[]; a number of Valise's own. */
    BIG_INTEGER_ARRAY(0x481),
    /** BigDecimal[]; a number of Valise's own. */
    BIG_DECIMAL_ARRAY(0x482);

    private static final int ARRAY = 0x400;
    private static final Map<Class<?>, ValueType> BY_CLASS = byClass();
    private static final Map<Integer, ValueType> BY_NUMBER = byNumber();

    private final int number;

    ValueType(int number) {
        this.number = number;
    }

    /** The frozen number that stands for this type. */
    public int number() {
        return number;
    }

    /** Whether values of this type are Java arrays; a {@link #LIST} is none. */
    public boolean isArray() {
        return number >= ARRAY;
    }

    /**
     * The type with a number.
     *
     * @throws IllegalArgumentException when no type has it
     */
    public static ValueType ofNumber(int number) {
        ValueType type = BY_NUMBER.get(number);
        if (type == null) {
            throw new IllegalArgumentException(
                    "ValueType number: limit=one of " + BY_NUMBER.keySet() + ", actual=" + number);
        }
        return type;
    }

    /** The type of a stored value. */
    static ValueType of(@Nullable Object stored) {
        if (stored == null) {
            return EMPTY;
        } else if (stored instanceof Unsigned unsigned) {
            return ofUnsigned(unsigned.bits());
        } else if (stored instanceof UnsignedArray array) {
            return ofNumber(ARRAY + ofUnsigned(array.bits()).number);
        }
        ValueType type = ofClass(stored.getClass());
        if (type == null) {
            throw new IllegalStateException(
                    "no ValueType for stored " + stored.getClass().getName());
        }
        return type;
    }

    /** The type of the stored values of a class, or null. */
    static @Nullable ValueType ofClass(Class<?> stored) {
        return BY_CLASS.get(stored);
    }

    private static ValueType ofUnsigned(int bits) {
        return switch (bits) {
            case 8 -> UINT8;
            case 16 -> UINT16;
            case 32 -> UINT32;
            default -> UINT64;
        };
    }

    private static Map<Class<?>, ValueType> byClass() {
        Map<Class<?>, ValueType> types = new HashMap<>();
        addScalars(types);
        types.put(Byte.class, INT8);
        types.put(ValueSet.class, VALUE_SET);
        types.put(ListValue.class, LIST);
        types.put(byte[].class, UINT8_ARRAY);
        types.put(short[].class, INT16_ARRAY);
        types.put(int[].class, INT32_ARRAY);
        types.put(long[].class, INT64_ARRAY);
        types.put(float[].class, SINGLE_ARRAY);
        types.put(double[].class, DOUBLE_ARRAY);
        types.put(char[].class, CHAR16_ARRAY);
        types.put(boolean[].class, BOOLEAN_ARRAY);
        addObjectArrays(types);
        return types;
    }

    private static void addScalars(Map<Class<?>, ValueType> types) {
        types.put(Short.class, INT16);
        types.put(Integer.class, INT32);
        types.put(Long.class, INT64);
        types.put(Float.class, SINGLE);
        types.put(Double.class, DOUBLE);
        types.put(Character.class, CHAR16);
        types.put(Boolean.class, BOOLEAN);
        types.put(String.class, STRING);
        types.put(Instant.class, DATE_TIME);
        types.put(Duration.class, TIME_SPAN);
        types.put(UUID.class, GUID);
        types.put(Point.class, POINT);
        types.put(Size.class, SIZE);
        types.put(Rect.class, RECT);
        types.put(BigInteger.class, BIG_INTEGER);
        types.put(BigDecimal.class, BIG_DECIMAL);
    }

    private static void addObjectArrays(Map<Class<?>, ValueType> types) {
        types.put(String[].class, STRING_ARRAY);
        types.put(Instant[].class, DATE_TIME_ARRAY);
        types.put(Duration[].class, TIME_SPAN_ARRAY);
        types.put(UUID[].class, GUID_ARRAY);
        types.put(Point[].class, POINT_ARRAY);
        types.put(Size[].class, SIZE_ARRAY);
        types.put(Rect[].class, RECT_ARRAY);
        types.put(BigInteger[].class, BIG_INTEGER_ARRAY);
        types.put(BigDecimal[].class, BIG_DECIMAL_ARRAY);
    }

    private static Map<Integer, ValueType> byNumber() {
        Map<Integer, ValueType> types = new TreeMap<>();
        for (ValueType type : values()) {
            types.put(type.number, type);
        }
        return types;
    }
}
