package io.valise.ipc;

import io.valise.ipc.internal.decode.ValueSetDecoder;
import io.valise.ipc.internal.encode.ValueSetEncoder;
import io.valise.ipc.internal.value.KeyIndex;
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
 * strict Unicode: a lone surrogate is refused. <b>Values</b> are of the types that {@link ValueType} lists; null is one
 * ({@link ValueType#EMPTY}), which is not the same as an absent key. Lists and value sets nest 32 levels at most, the
 * outermost included. What breaks these rules fails when it is put, with an {@link IllegalArgumentException} that names the
 * key ({@link NullPointerException} for a null key).
 *
 * <p><b>Getters</b> with a key alone throw {@link NoSuchElementException} for an absent key and {@link IpcException} with
 * {@link IpcStatus#TYPE_MISMATCH} for an explicit null; the overloads with a second argument answer that for both. A value that
 * does not convert is {@code TYPE_MISMATCH}, which names the key, the type that was wanted and what was found.
 *
 * <p>Numbers, arrays and lists convert when nothing is lost, as {@link ValueType} says.
 *
 * @since 0.1.0
 */
public final class ValueSet extends TypedValues {
    private static final ValueSet EMPTY = new ValueSet(new Object[0], null, 0);

    static {
        ValueSetAccess.set(new PairsAccess());
    }

    final @Nullable Object[] pairs; // never changed
    final long asciiTexts;
    private final @Nullable KeyIndex index;
    int height; // 0 until PairsAccess has counted it

    /** Takes over checked pairs; the n-th bit tells that the n-th value, up to the 64th, is a text known to be ASCII. */
    ValueSet(@Nullable Object[] pairs, @Nullable KeyIndex index, long asciiTexts) {
        this.pairs = pairs;
        this.index = index;
        this.asciiTexts = asciiTexts;
    }

    /** The set without pairs. */
    public static ValueSet empty() {
        return EMPTY;
    }

    /** The set of one pair; the overloads take up to eight. Keys that repeat are an {@link IllegalArgumentException}. */
    public static ValueSet of(String key, @Nullable Object value) {
        return ValueRules.setOf(key, value);
    }

    /** As {@link #of(String, Object)}. */
    public static ValueSet of(String key1, @Nullable Object value1, String key2, @Nullable Object value2) {
        return ValueRules.setOf(key1, value1, key2, value2);
    }

    /** As {@link #of(String, Object)}. */
    public static ValueSet of(
            String k1, @Nullable Object v1, String k2, @Nullable Object v2, String k3, @Nullable Object v3) {
        return ValueRules.setOf(k1, v1, k2, v2, k3, v3);
    }

    /** As {@link #of(String, Object)}. */
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

    /** As {@link #of(String, Object)}. */
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

    /** As {@link #of(String, Object)}. */
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

    /** As {@link #of(String, Object)}. */
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

    /** As {@link #of(String, Object)}. */
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

    /** The set of a map's entries in the map's order, by the rules of {@link #of(String, Object)}. */
    public static ValueSet copyOf(Map<String, ? extends @Nullable Object> values) {
        return ValueRules.copyOf(values);
    }

    /** An empty builder. */
    public static Builder builder() {
        return new ValueSetBuilder();
    }

    /** A builder with the pairs of this set. */
    public Builder toBuilder() {
        return builder().putAll(this);
    }

    /** The number of pairs. */
    public int size() {
        return pairs.length >> 1;
    }

    /** Whether there is no pair. */
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
     * Short, Integer, Long or BigInteger, and an array of unsigned numbers of 16, 32 or 64 bits an int[], long[] or
     * BigInteger[].
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

    /** Like {@link #getBoolean(String)}; {@code absent} for an absent key or null. */
    public boolean getBoolean(String key, boolean absent) {
        return holds(key) ? getBoolean(key) : absent;
    }

    /** An integer from -128 to 127. */
    public byte getByte(String key) {
        return Coercions.toByte(key, stored(key));
    }

    /** Like {@link #getByte(String)}; {@code absent} for an absent key or null. */
    public byte getByte(String key, byte absent) {
        return holds(key) ? getByte(key) : absent;
    }

    /** An integer that fits a short. */
    public short getShort(String key) {
        return Coercions.toShort(key, stored(key));
    }

    /** Like {@link #getShort(String)}; {@code absent} for an absent key or null. */
    public short getShort(String key, short absent) {
        return holds(key) ? getShort(key) : absent;
    }

    /** An integer that fits an int. */
    public int getInt(String key) {
        return Coercions.toInt(key, stored(key));
    }

    /** Like {@link #getInt(String)}; {@code absent} for an absent key or null. */
    public int getInt(String key, int absent) {
        return holds(key) ? getInt(key) : absent;
    }

    /** An integer that fits a long. */
    public long getLong(String key) {
        return Coercions.toLong(key, stored(key));
    }

    /** Like {@link #getLong(String)}; {@code absent} for an absent key or null. */
    public long getLong(String key, long absent) {
        return holds(key) ? getLong(key) : absent;
    }

    /** A Float, the nearest finite float of a Double, or an integer that a float holds exactly. */
    public float getFloat(String key) {
        return Coercions.toFloat(key, stored(key));
    }

    /** Like {@link #getFloat(String)}; {@code absent} for an absent key or null. */
    public float getFloat(String key, float absent) {
        return holds(key) ? getFloat(key) : absent;
    }

    /** A number that a double holds exactly. */
    public double getDouble(String key) {
        return Coercions.toDouble(key, stored(key));
    }

    /** Like {@link #getDouble(String)}; {@code absent} for an absent key or null. */
    public double getDouble(String key, double absent) {
        return holds(key) ? getDouble(key) : absent;
    }

    /** A Character. */
    public char getChar(String key) {
        return Coercions.cast(Character.class, ValueType.CHAR16, key, stored(key));
    }

    /** Like {@link #getChar(String)}; {@code absent} for an absent key or null. */
    public char getChar(String key, char absent) {
        return holds(key) ? getChar(key) : absent;
    }

    /** A String. */
    public String getString(String key) {
        return Coercions.cast(String.class, ValueType.STRING, key, stored(key));
    }

    /** Like {@link #getString(String)}; {@code absent} for an absent key or null. */
    public String getString(String key, String absent) {
        return holds(key) ? getString(key) : absent;
    }

    /** An Instant. */
    public Instant getInstant(String key) {
        return Coercions.cast(Instant.class, ValueType.DATE_TIME, key, stored(key));
    }

    /** Like {@link #getInstant(String)}; {@code absent} for an absent key or null. */
    public Instant getInstant(String key, Instant absent) {
        return holds(key) ? getInstant(key) : absent;
    }

    /** A Duration. */
    public Duration getDuration(String key) {
        return Coercions.cast(Duration.class, ValueType.TIME_SPAN, key, stored(key));
    }

    /** Like {@link #getDuration(String)}; {@code absent} for an absent key or null. */
    public Duration getDuration(String key, Duration absent) {
        return holds(key) ? getDuration(key) : absent;
    }

    /** A UUID. */
    public UUID getUuid(String key) {
        return Coercions.cast(UUID.class, ValueType.GUID, key, stored(key));
    }

    /** Like {@link #getUuid(String)}; {@code absent} for an absent key or null. */
    public UUID getUuid(String key, UUID absent) {
        return holds(key) ? getUuid(key) : absent;
    }

    /** Any integer. */
    public BigInteger getBigInteger(String key) {
        return Coercions.toBigInteger(key, stored(key));
    }

    /** Like {@link #getBigInteger(String)}; {@code absent} for an absent key or null. */
    public BigInteger getBigInteger(String key, BigInteger absent) {
        return holds(key) ? getBigInteger(key) : absent;
    }

    /** A BigDecimal or any integer. */
    public BigDecimal getBigDecimal(String key) {
        return Coercions.toBigDecimal(key, stored(key));
    }

    /** Like {@link #getBigDecimal(String)}; {@code absent} for an absent key or null. */
    public BigDecimal getBigDecimal(String key, BigDecimal absent) {
        return holds(key) ? getBigDecimal(key) : absent;
    }

    /** A Point. */
    public Point getPoint(String key) {
        return Coercions.cast(Point.class, ValueType.POINT, key, stored(key));
    }

    /** Like {@link #getPoint(String)}; {@code absent} for an absent key or null. */
    public Point getPoint(String key, Point absent) {
        return holds(key) ? getPoint(key) : absent;
    }

    /** A Size. */
    public Size getSize(String key) {
        return Coercions.cast(Size.class, ValueType.SIZE, key, stored(key));
    }

    /** Like {@link #getSize(String)}; {@code absent} for an absent key or null. */
    public Size getSize(String key, Size absent) {
        return holds(key) ? getSize(key) : absent;
    }

    /** A Rect. */
    public Rect getRect(String key) {
        return Coercions.cast(Rect.class, ValueType.RECT, key, stored(key));
    }

    /** Like {@link #getRect(String)}; {@code absent} for an absent key or null. */
    public Rect getRect(String key, Rect absent) {
        return holds(key) ? getRect(key) : absent;
    }

    /** A nested ValueSet. */
    public ValueSet getValueSet(String key) {
        return Coercions.cast(ValueSet.class, ValueType.VALUE_SET, key, stored(key));
    }

    /** Like {@link #getValueSet(String)}; {@code absent} for an absent key or null. */
    public ValueSet getValueSet(String key, ValueSet absent) {
        return holds(key) ? getValueSet(key) : absent;
    }

    /** An unmodifiable List, or an array of any type as the list of its elements; an explicit null in it is null. */
    public List<?> getList(String key) {
        return ArrayCoercions.toList(key, stored(key));
    }

    /** Like {@link #getList(String)}; {@code absent} for an absent key or null. */
    public List<?> getList(String key, List<?> absent) {
        return holds(key) ? getList(key) : absent;
    }

    /** A new byte[]: octets, or an array or list of integers from 0 to 255. */
    public byte[] getBytes(String key) {
        return ArrayCoercions.toBytes(key, stored(key));
    }

    /** Like {@link #getBytes(String)}; {@code absent} for an absent key or null. */
    public byte[] getBytes(String key, byte[] absent) {
        return holds(key) ? getBytes(key) : absent;
    }

    /** A new boolean[], of a list of Booleans too. */
    public boolean[] getBooleans(String key) {
        return ArrayCoercions.toBooleans(key, stored(key));
    }

    /** Like {@link #getBooleans(String)}; {@code absent} for an absent key or null. */
    public boolean[] getBooleans(String key, boolean[] absent) {
        return holds(key) ? getBooleans(key) : absent;
    }

    /** A new short[], of integers that fit. */
    public short[] getShorts(String key) {
        return ArrayCoercions.toShorts(key, stored(key));
    }

    /** Like {@link #getShorts(String)}; {@code absent} for an absent key or null. */
    public short[] getShorts(String key, short[] absent) {
        return holds(key) ? getShorts(key) : absent;
    }

    /** An int[], copied. */
    public int[] getInts(String key) {
        return ArrayCoercions.toInts(key, stored(key));
    }

    /** Like {@link #getInts(String)}; {@code absent} for an absent key or null. */
    public int[] getInts(String key, int[] absent) {
        return holds(key) ? getInts(key) : absent;
    }

    /** A new long[], of integers that fit. */
    public long[] getLongs(String key) {
        return ArrayCoercions.toLongs(key, stored(key));
    }

    /** Like {@link #getLongs(String)}; {@code absent} for an absent key or null. */
    public long[] getLongs(String key, long[] absent) {
        return holds(key) ? getLongs(key) : absent;
    }

    /** A new BigInteger[], of integers of any width. */
    public BigInteger[] getBigIntegers(String key) {
        return ArrayCoercions.toBigIntegers(key, stored(key));
    }

    /** Like {@link #getBigIntegers(String)}; {@code absent} for an absent key or null. */
    public BigInteger[] getBigIntegers(String key, BigInteger[] absent) {
        return holds(key) ? getBigIntegers(key) : absent;
    }

    /** A new float[], of numbers that {@link #getFloat} takes. */
    public float[] getFloats(String key) {
        return ArrayCoercions.toFloats(key, stored(key));
    }

    /** Like {@link #getFloats(String)}; {@code absent} for an absent key or null. */
    public float[] getFloats(String key, float[] absent) {
        return holds(key) ? getFloats(key) : absent;
    }

    /** A new double[], of numbers that a double holds exactly. */
    public double[] getDoubles(String key) {
        return ArrayCoercions.toDoubles(key, stored(key));
    }

    /** Like {@link #getDoubles(String)}; {@code absent} for an absent key or null. */
    public double[] getDoubles(String key, double[] absent) {
        return holds(key) ? getDoubles(key) : absent;
    }

    /** A new char[], of a list of Characters too. */
    public char[] getChars(String key) {
        return ArrayCoercions.toChars(key, stored(key));
    }

    /** Like {@link #getChars(String)}; {@code absent} for an absent key or null. */
    public char[] getChars(String key, char[] absent) {
        return holds(key) ? getChars(key) : absent;
    }

    /** A new String[], of a list of Strings too. */
    public String[] getStrings(String key) {
        return ArrayCoercions.toStrings(key, stored(key));
    }

    /** Like {@link #getStrings(String)}; {@code absent} for an absent key or null. */
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
     * @throws IpcException {@code PROTOCOL_ERROR}, with the offset, when bytes are malformed or left over
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

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ValueSet set && (this == set || KeyIndex.equalPairs(pairs, index, set.pairs));
    }

    @Override
    public int hashCode() {
        return Stored.hashPairs(pairs);
    }

    /** The pairs in readable form, shortened to about a thousand characters. */
    @Override
    public String toString() {
        return ValueText.describe(this);
    }

    /**
     * Collects the pairs of a {@link ValueSet}. Not thread-safe.
     *
     * @since 0.1.0
     */
    public interface Builder extends UnsignedBuilder {
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

        /** The set of what was put so far; the builder may go on. */
        ValueSet build();
    }
}
