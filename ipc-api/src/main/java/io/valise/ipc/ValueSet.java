package io.valise.ipc;

import io.valise.ipc.internal.decode.ValueSetDecoder;
import io.valise.ipc.internal.encode.ValueSetEncoder;
import io.valise.ipc.internal.value.KeyIndex;
import io.valise.ipc.internal.value.NestingDepth;
import io.valise.ipc.internal.value.Stored;
import io.valise.ipc.internal.value.ValueSetAccess;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The message of this library: text keys with values of the types of {@link ValueType}, in the order in which they were
 * put. Immutable and safe for use by any thread: arrays and lists are copied on their way in and arrays on their way
 * out. Equal by content whatever the order of the keys, arrays compared deeply; values of different types are never
 * equal (1 is not 1L).
 *
 * <p><b>Keys</b> are non-null strings of 1 to 255 chars, case-sensitive; an empty key is refused. Keys and strings are
 * strict Unicode: a lone surrogate is refused. <b>Values</b> are Boolean, Byte, Short, Integer, Long, Float, Double,
 * Character, String, Instant, Duration, UUID, BigInteger, BigDecimal, {@link Point}, {@link Size}, {@link Rect}, arrays of
 * the primitives and of String, Instant, Duration, UUID, BigInteger, BigDecimal, Point, Size and Rect (without null
 * elements), a nested ValueSet, a List of all these, or null ({@link ValueType#EMPTY}, which is not the same as an absent
 * key). Lists and value sets nest 32 levels at most, the outermost included. Whatever breaks these rules fails when it is
 * put, with an {@link IllegalArgumentException} that names the key ({@link NullPointerException} for a null key).
 *
 * <p><b>Getters</b> with a key alone throw {@link NoSuchElementException} for an absent key and {@link IpcException} with
 * {@link IpcStatus#TYPE_MISMATCH} for an explicit null; their twins answer the second argument for both. A value that
 * does not convert is {@code TYPE_MISMATCH}, which names the key, the type that was wanted and what was found.
 *
 * <p><b>Numbers</b> convert when nothing is lost: integers (unsigned and BigInteger too) widen and narrow among themselves
 * and become float, double or BigDecimal where these are exact; a float becomes a double, and a double its nearest float
 * unless that would be infinite; a fraction never becomes an integer. <b>Arrays and lists</b> convert element by element
 * by the same rules, so that {@code getLongs} reads an int[] and a List of integers of any width; a failure names the
 * first element that does not convert. Elements of a byte[] are octets, 0 to 255.
 */
public final class ValueSet {
    private static final ValueSet EMPTY = new ValueSet(new Object[0], null, 0);

    static {
        ValueSetAccess.set(new PairsAccess());
    }

    private final @Nullable Object[] pairs;
    private final @Nullable KeyIndex index;
    private final long asciiTexts;
    private int height;

    /** Takes over checked pairs; the n-th bit tells that the n-th value, up to the 64th, is a text known to be ASCII. */
    ValueSet(@Nullable Object[] pairs, @Nullable KeyIndex index, long asciiTexts) {
        this.pairs = pairs;
        this.index = index;
        this.asciiTexts = asciiTexts;
    }

    public static ValueSet empty() {
        return EMPTY;
    }

    /** The set of one pair; the overloads below take up to eight, whose keys must differ. */
    public static ValueSet of(String key, @Nullable Object value) {
        return ValueRules.setOf(key, value);
    }

    public static ValueSet of(String key1, @Nullable Object value1, String key2, @Nullable Object value2) {
        return ValueRules.setOf(key1, value1, key2, value2);
    }

    public static ValueSet of(
            String key1,
            @Nullable Object value1,
            String key2,
            @Nullable Object value2,
            String key3,
            @Nullable Object value3) {
        return ValueRules.setOf(key1, value1, key2, value2, key3, value3);
    }

    public static ValueSet of(
            String key1,
            @Nullable Object value1,
            String key2,
            @Nullable Object value2,
            String key3,
            @Nullable Object value3,
            String key4,
            @Nullable Object value4) {
        return ValueRules.setOf(key1, value1, key2, value2, key3, value3, key4, value4);
    }

    public static ValueSet of(
            String key1,
            @Nullable Object value1,
            String key2,
            @Nullable Object value2,
            String key3,
            @Nullable Object value3,
            String key4,
            @Nullable Object value4,
            String key5,
            @Nullable Object value5) {
        return ValueRules.setOf(key1, value1, key2, value2, key3, value3, key4, value4, key5, value5);
    }

    public static ValueSet of(
            String key1,
            @Nullable Object value1,
            String key2,
            @Nullable Object value2,
            String key3,
            @Nullable Object value3,
            String key4,
            @Nullable Object value4,
            String key5,
            @Nullable Object value5,
            String key6,
            @Nullable Object value6) {
        return ValueRules.setOf(key1, value1, key2, value2, key3, value3, key4, value4, key5, value5, key6, value6);
    }

    public static ValueSet of(
            String key1,
            @Nullable Object value1,
            String key2,
            @Nullable Object value2,
            String key3,
            @Nullable Object value3,
            String key4,
            @Nullable Object value4,
            String key5,
            @Nullable Object value5,
            String key6,
            @Nullable Object value6,
            String key7,
            @Nullable Object value7) {
        return ValueRules.setOf(
                key1, value1, key2, value2, key3, value3, key4, value4, key5, value5, key6, value6, key7, value7);
    }

    public static ValueSet of(
            String key1,
            @Nullable Object value1,
            String key2,
            @Nullable Object value2,
            String key3,
            @Nullable Object value3,
            String key4,
            @Nullable Object value4,
            String key5,
            @Nullable Object value5,
            String key6,
            @Nullable Object value6,
            String key7,
            @Nullable Object value7,
            String key8,
            @Nullable Object value8) {
        return ValueRules.setOf(
                key1, value1, key2, value2, key3, value3, key4, value4, key5, value5, key6, value6, key7, value7, key8,
                value8);
    }

    /** The set of a map's entries in the map's order; a null value becomes {@link ValueType#EMPTY}. */
    public static ValueSet copyOf(Map<String, ? extends @Nullable Object> values) {
        Builder builder = builder();
        values.forEach(builder::put);
        return builder.build();
    }

    public static Builder builder() {
        return new ValueSetBuilder();
    }

    public Builder toBuilder() {
        return builder().putAll(this);
    }

    public int size() {
        return pairs.length >> 1;
    }

    public boolean isEmpty() {
        return pairs.length == 0;
    }

    /** Whether the key is there, be it with an explicit null. */
    public boolean contains(String key) {
        return position(key) >= 0;
    }

    /** The keys in the order in which they were put; unmodifiable. */
    public Set<String> keys() {
        return Stored.keys(pairs);
    }

    /**
     * The value of a key, null for an explicit null; an array is a copy, an unsigned number of 8, 16, 32 or 64 bits a
     * Short, Integer, Long or BigInteger.
     *
     * @throws NoSuchElementException when the key is absent
     */
    public @Nullable Object get(String key) {
        return Stored.copyOut(stored(key));
    }

    /** The value of a key as {@link #get} answers it; empty when the key is absent or its value an explicit null. */
    public Optional<Object> find(String key) {
        int position = position(key);
        return position < 0 ? Optional.empty() : Optional.ofNullable(Stored.copyOut(pairs[2 * position + 1]));
    }

    /**
     * The type of a key's value.
     *
     * @throws NoSuchElementException when the key is absent
     */
    public ValueType type(String key) {
        return ValueType.of(stored(key));
    }

    /** The pairs in their order, values as {@link #get} answers them; an unmodifiable copy. */
    public Map<String, @Nullable Object> asMap() {
        return Stored.map(pairs);
    }

    /** A Boolean. */
    public boolean getBoolean(String key) {
        return Coercions.cast(Boolean.class, ValueType.BOOLEAN, key, stored(key));
    }

    public boolean getBoolean(String key, boolean absent) {
        return holds(key) ? getBoolean(key) : absent;
    }

    /** An integer from -128 to 127. */
    public byte getByte(String key) {
        return Coercions.toByte(key, stored(key));
    }

    public byte getByte(String key, byte absent) {
        return holds(key) ? getByte(key) : absent;
    }

    /** An integer that fits a short. */
    public short getShort(String key) {
        return Coercions.toShort(key, stored(key));
    }

    public short getShort(String key, short absent) {
        return holds(key) ? getShort(key) : absent;
    }

    /** An integer that fits an int. */
    public int getInt(String key) {
        return Coercions.toInt(key, stored(key));
    }

    public int getInt(String key, int absent) {
        return holds(key) ? getInt(key) : absent;
    }

    /** An integer that fits a long. */
    public long getLong(String key) {
        return Coercions.toLong(key, stored(key));
    }

    public long getLong(String key, long absent) {
        return holds(key) ? getLong(key) : absent;
    }

    /** A Float, the nearest finite float of a Double, or an integer that a float holds exactly. */
    public float getFloat(String key) {
        return Coercions.toFloat(key, stored(key));
    }

    public float getFloat(String key, float absent) {
        return holds(key) ? getFloat(key) : absent;
    }

    /** A number that a double holds exactly. */
    public double getDouble(String key) {
        return Coercions.toDouble(key, stored(key));
    }

    public double getDouble(String key, double absent) {
        return holds(key) ? getDouble(key) : absent;
    }

    /** A Character. */
    public char getChar(String key) {
        return Coercions.cast(Character.class, ValueType.CHAR16, key, stored(key));
    }

    public char getChar(String key, char absent) {
        return holds(key) ? getChar(key) : absent;
    }

    /** A String. */
    public String getString(String key) {
        return Coercions.cast(String.class, ValueType.STRING, key, stored(key));
    }

    public String getString(String key, String absent) {
        return holds(key) ? getString(key) : absent;
    }

    /** An Instant. */
    public Instant getInstant(String key) {
        return Coercions.cast(Instant.class, ValueType.DATE_TIME, key, stored(key));
    }

    public Instant getInstant(String key, Instant absent) {
        return holds(key) ? getInstant(key) : absent;
    }

    /** A Duration. */
    public Duration getDuration(String key) {
        return Coercions.cast(Duration.class, ValueType.TIME_SPAN, key, stored(key));
    }

    public Duration getDuration(String key, Duration absent) {
        return holds(key) ? getDuration(key) : absent;
    }

    /** A UUID. */
    public UUID getUuid(String key) {
        return Coercions.cast(UUID.class, ValueType.GUID, key, stored(key));
    }

    public UUID getUuid(String key, UUID absent) {
        return holds(key) ? getUuid(key) : absent;
    }

    /** Any integer. */
    public BigInteger getBigInteger(String key) {
        return Coercions.toBigInteger(key, stored(key));
    }

    public BigInteger getBigInteger(String key, BigInteger absent) {
        return holds(key) ? getBigInteger(key) : absent;
    }

    /** A BigDecimal or any integer. */
    public BigDecimal getBigDecimal(String key) {
        return Coercions.toBigDecimal(key, stored(key));
    }

    public BigDecimal getBigDecimal(String key, BigDecimal absent) {
        return holds(key) ? getBigDecimal(key) : absent;
    }

    /** A Point. */
    public Point getPoint(String key) {
        return Coercions.cast(Point.class, ValueType.POINT, key, stored(key));
    }

    public Point getPoint(String key, Point absent) {
        return holds(key) ? getPoint(key) : absent;
    }

    /** A Size. */
    public Size getSize(String key) {
        return Coercions.cast(Size.class, ValueType.SIZE, key, stored(key));
    }

    public Size getSize(String key, Size absent) {
        return holds(key) ? getSize(key) : absent;
    }

    /** A Rect. */
    public Rect getRect(String key) {
        return Coercions.cast(Rect.class, ValueType.RECT, key, stored(key));
    }

    public Rect getRect(String key, Rect absent) {
        return holds(key) ? getRect(key) : absent;
    }

    /** A nested ValueSet. */
    public ValueSet getValueSet(String key) {
        return Coercions.cast(ValueSet.class, ValueType.VALUE_SET, key, stored(key));
    }

    public ValueSet getValueSet(String key, ValueSet absent) {
        return holds(key) ? getValueSet(key) : absent;
    }

    /** An unmodifiable List, or an array of any type as the list of its elements; an explicit null in it is null. */
    public List<?> getList(String key) {
        return ArrayCoercions.toList(key, stored(key));
    }

    public List<?> getList(String key, List<?> absent) {
        return holds(key) ? getList(key) : absent;
    }

    /** A new byte[]: octets, or an array or list of integers from 0 to 255. */
    public byte[] getBytes(String key) {
        return ArrayCoercions.toBytes(key, stored(key));
    }

    public byte[] getBytes(String key, byte[] absent) {
        return holds(key) ? getBytes(key) : absent;
    }

    /** A new boolean[], of a list of Booleans too. */
    public boolean[] getBooleans(String key) {
        return ArrayCoercions.toBooleans(key, stored(key));
    }

    public boolean[] getBooleans(String key, boolean[] absent) {
        return holds(key) ? getBooleans(key) : absent;
    }

    /** A new short[], of integers that fit. */
    public short[] getShorts(String key) {
        return ArrayCoercions.toShorts(key, stored(key));
    }

    public short[] getShorts(String key, short[] absent) {
        return holds(key) ? getShorts(key) : absent;
    }

    /** An int[], copied. */
    public int[] getInts(String key) {
        return ArrayCoercions.toInts(key, stored(key));
    }

    public int[] getInts(String key, int[] absent) {
        return holds(key) ? getInts(key) : absent;
    }

    /** A new long[], of integers that fit. */
    public long[] getLongs(String key) {
        return ArrayCoercions.toLongs(key, stored(key));
    }

    public long[] getLongs(String key, long[] absent) {
        return holds(key) ? getLongs(key) : absent;
    }

    /** A new float[], of numbers that {@link #getFloat} takes. */
    public float[] getFloats(String key) {
        return ArrayCoercions.toFloats(key, stored(key));
    }

    public float[] getFloats(String key, float[] absent) {
        return holds(key) ? getFloats(key) : absent;
    }

    /** A new double[], of numbers that a double holds exactly. */
    public double[] getDoubles(String key) {
        return ArrayCoercions.toDoubles(key, stored(key));
    }

    public double[] getDoubles(String key, double[] absent) {
        return holds(key) ? getDoubles(key) : absent;
    }

    /** A new char[], of a list of Characters too. */
    public char[] getChars(String key) {
        return ArrayCoercions.toChars(key, stored(key));
    }

    public char[] getChars(String key, char[] absent) {
        return holds(key) ? getChars(key) : absent;
    }

    /** A new String[], of a list of Strings too. */
    public String[] getStrings(String key) {
        return ArrayCoercions.toStrings(key, stored(key));
    }

    public String[] getStrings(String key, String[] absent) {
        return holds(key) ? getStrings(key) : absent;
    }

    /** The wire form of this set: CBOR as docs/protocol-valueset.md describes it. */
    public byte[] toCbor() {
        return ValueSetEncoder.bytes(this);
    }

    /**
     * Reads the wire form of one set.
     *
     * @throws IpcException with {@link IpcStatus#PROTOCOL_ERROR}, naming the offset, when the bytes are malformed or more
     *     bytes follow
     */
    public static ValueSet fromCbor(byte[] cbor) {
        return ValueSetDecoder.read(cbor);
    }

    /** Whether the key is there with a value that is no explicit null. */
    private boolean holds(String key) {
        int position = position(key);
        return position >= 0 && pairs[2 * position + 1] != null;
    }

    private int position(String key) {
        return KeyIndex.find(pairs, size(), index, Objects.requireNonNull(key, "key"));
    }

    private @Nullable Object stored(String key) {
        int position = position(key);
        if (position < 0) {
            throw new NoSuchElementException(ValueText.absent(this, key));
        }
        return pairs[2 * position + 1];
    }

    /** How many lists and value sets nest at most, this one included; computed once, and a race computes the same. */
    int height() {
        if (height == 0) {
            height = 1 + NestingDepth.max(pairs, 1, 2);
        }
        return height;
    }

    long asciiTexts() {
        return asciiTexts;
    }

    /** The pairs themselves; not to be changed. */
    @Nullable Object[] pairs() {
        return pairs;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof ValueSet set && set.pairs.length == pairs.length && holdsAll(set.pairs));
    }

    private boolean holdsAll(@Nullable Object[] others) {
        for (int i = 0; i < others.length; i += 2) {
            int position = position((String) Objects.requireNonNull(others[i]));
            if (position < 0 || !Stored.equal(pairs[2 * position + 1], others[i + 1])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = 0;
        for (int i = 0; i < pairs.length; i += 2) {
            hash += Objects.hashCode(pairs[i]) ^ (31 * Stored.hash(pairs[i + 1])); // a sum: the order does not count
        }
        return hash;
    }

    /** The pairs in readable form, shortened to about a thousand characters. */
    @Override
    public String toString() {
        return ValueText.describe(this);
    }

    /** Collects the pairs of a {@link ValueSet}. Not thread-safe. */
    public interface Builder {
        /**
         * Puts a value; one that is there already under the key is replaced and keeps its place in the order.
         *
         * @throws IllegalArgumentException when key or value break the rules of {@link ValueSet}
         */
        Builder put(String key, @Nullable Object value);

        /** Puts all pairs of another set. */
        Builder putAll(ValueSet other);

        /** Removes a key; does nothing when it is absent. */
        Builder remove(String key);

        /** Puts 0 to 255. */
        Builder putUInt8(String key, int v);

        /** Puts 0 to 65,535. */
        Builder putUInt16(String key, int v);

        /** Puts 0 to 4,294,967,295. */
        Builder putUInt32(String key, long v);

        /** Puts 0 to 18,446,744,073,709,551,615. */
        Builder putUInt64(String key, BigInteger v);

        /** The set of what was put so far; the builder may go on. */
        ValueSet build();
    }
}
