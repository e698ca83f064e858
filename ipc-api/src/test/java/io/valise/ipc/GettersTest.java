package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every stored type against every getter: what it reads, and a mismatch for everything else. */
class GettersTest {
    private static final String KEY = "v";
    private static final Instant TIME = Instant.ofEpochSecond(1);
    private static final UUID ID = new UUID(1, 2);
    private static final List<?> ONE_TO_TWO = List.of((byte) 1, 2L);

    /** Each holds 1 and 200. */
    private static final List<ValueType> UNSIGNED_ARRAYS =
            List.of(ValueType.UINT8_ARRAY, ValueType.UINT16_ARRAY, ValueType.UINT32_ARRAY, ValueType.UINT64_ARRAY);

    /** One set for each stored type, with the key {@link #KEY}. */
    private static final Map<ValueType, ValueSet> STORED = stored();

    /** A getter and its overload, which takes the value for an absent key. */
    private record Getter(
            String name, Function<ValueSet, Object> get, BiFunction<ValueSet, Object, Object> overload, Object absent) {
        @SuppressWarnings("unchecked")
        static <T> Getter of(String name, BiFunction<ValueSet, String, T> get, Overload<T> overload, T absent) {
            return new Getter(
                    name, set -> get.apply(set, KEY), (set, other) -> overload.get(set, KEY, (T) other), absent);
        }
    }

    @FunctionalInterface
    private interface Overload<T> {
        T get(ValueSet set, String key, T absent);
    }

    private static Map<ValueType, ValueSet> stored() {
        Map<ValueType, ValueSet> sets = new EnumMap<>(ValueType.class);
        sets.put(ValueType.EMPTY, ValueSet.of(KEY, null));
        sets.put(ValueType.UINT8, ValueSet.builder().putUInt8(KEY, 1).build());
        sets.put(ValueType.UINT16, ValueSet.builder().putUInt16(KEY, 1).build());
        sets.put(ValueType.UINT32, ValueSet.builder().putUInt32(KEY, 1).build());
        sets.put(
                ValueType.UINT64,
                ValueSet.builder().putUInt64(KEY, BigInteger.ONE).build());
        sets.put(
                ValueType.UINT16_ARRAY,
                ValueSet.builder().putUInt16Array(KEY, 1, 200).build());
        sets.put(
                ValueType.UINT32_ARRAY,
                ValueSet.builder().putUInt32Array(KEY, 1, 200).build());
        sets.put(
                ValueType.UINT64_ARRAY,
                ValueSet.builder().putUInt64Array(KEY, bigs(1, 200)).build());
        for (Object value : scalars()) {
            ValueSet set = ValueSet.of(KEY, value);
            sets.put(set.type(KEY), set);
        }
        for (Object array : arrays()) {
            ValueSet set = ValueSet.of(KEY, array);
            sets.put(set.type(KEY), set);
        }
        return sets;
    }

    private static List<Object> scalars() {
        return List.of(
                (byte) 1,
                (short) 1,
                1,
                1L,
                1.5f,
                1.5,
                'a',
                true,
                "a",
                TIME,
                Duration.ofSeconds(1),
                ID,
                new Point(1, 2),
                new Size(1, 2),
                new Rect(1, 2, 3, 4),
                BigInteger.ONE,
                BigDecimal.ONE,
                ValueSet.of("a", 1),
                List.of());
    }

    private static List<Object> arrays() {
        return List.of(
                new byte[] {1, (byte) 200},
                new short[] {1, -2},
                new int[] {1, -2},
                new long[] {1, -2},
                new float[] {1, -2},
                new double[] {1, -2},
                new char[] {'a'},
                new boolean[] {true},
                new String[] {"a"},
                new Instant[] {TIME},
                new Duration[] {Duration.ZERO},
                new UUID[] {ID},
                new Point[] {new Point(1, 2)},
                new Size[] {new Size(1, 2)},
                new Rect[] {new Rect(1, 2, 3, 4)},
                new BigInteger[] {BigInteger.ONE, BigInteger.TWO.negate()},
                new BigDecimal[] {BigDecimal.ONE});
    }

    private static List<Getter> getters() {
        return List.of(
                Getter.of("boolean", ValueSet::getBoolean, ValueSet::getBoolean, false),
                Getter.of("byte", ValueSet::getByte, ValueSet::getByte, (byte) 7),
                Getter.of("short", ValueSet::getShort, ValueSet::getShort, (short) 7),
                Getter.of("int", ValueSet::getInt, ValueSet::getInt, 7),
                Getter.of("long", ValueSet::getLong, ValueSet::getLong, 7L),
                Getter.of("float", ValueSet::getFloat, ValueSet::getFloat, 7f),
                Getter.of("double", ValueSet::getDouble, ValueSet::getDouble, 7d),
                Getter.of("char", ValueSet::getChar, ValueSet::getChar, 'z'),
                Getter.of("String", ValueSet::getString, ValueSet::getString, "z"),
                Getter.of("Instant", ValueSet::getInstant, ValueSet::getInstant, Instant.EPOCH),
                Getter.of("Duration", ValueSet::getDuration, ValueSet::getDuration, Duration.ZERO),
                Getter.of("UUID", ValueSet::getUuid, ValueSet::getUuid, new UUID(0, 0)),
                Getter.of("BigInteger", ValueSet::getBigInteger, ValueSet::getBigInteger, BigInteger.TEN),
                Getter.of("BigDecimal", ValueSet::getBigDecimal, ValueSet::getBigDecimal, BigDecimal.TEN),
                Getter.of("Point", ValueSet::getPoint, ValueSet::getPoint, new Point(0, 0)),
                Getter.of("Size", ValueSet::getSize, ValueSet::getSize, new Size(0, 0)),
                Getter.of("Rect", ValueSet::getRect, ValueSet::getRect, new Rect(0, 0, 0, 0)),
                Getter.of("ValueSet", ValueSet::getValueSet, ValueSet::getValueSet, ValueSet.empty()),
                Getter.<List<?>>of("List", ValueSet::getList, ValueSet::getList, List.of(7)),
                Getter.of("byte[]", ValueSet::getBytes, ValueSet::getBytes, new byte[] {7}),
                Getter.of("boolean[]", ValueSet::getBooleans, ValueSet::getBooleans, new boolean[] {false}),
                Getter.of("short[]", ValueSet::getShorts, ValueSet::getShorts, new short[] {7}),
                Getter.of("int[]", ValueSet::getInts, ValueSet::getInts, new int[] {7}),
                Getter.of("long[]", ValueSet::getLongs, ValueSet::getLongs, new long[] {7}),
                Getter.of("BigInteger[]", ValueSet::getBigIntegers, ValueSet::getBigIntegers, new BigInteger[] {
                    BigInteger.TEN
                }),
                Getter.of("float[]", ValueSet::getFloats, ValueSet::getFloats, new float[] {7}),
                Getter.of("double[]", ValueSet::getDoubles, ValueSet::getDoubles, new double[] {7}),
                Getter.of("char[]", ValueSet::getChars, ValueSet::getChars, new char[] {'z'}),
                Getter.of("String[]", ValueSet::getStrings, ValueSet::getStrings, new String[] {"z"}));
    }

    /** What a getter reads of a stored type; absent for a mismatch. */
    private static Map<ValueType, Object> readable(String getter) {
        Map<ValueType, Object> expected = new EnumMap<>(ValueType.class);
        switch (getter) {
            case "boolean" -> expected.put(ValueType.BOOLEAN, true);
            case "byte" -> ofIntegers(expected, (byte) 1);
            case "short" -> ofIntegers(expected, (short) 1);
            case "int" -> ofIntegers(expected, 1);
            case "long" -> ofIntegers(expected, 1L);
            case "float" -> ofNumbers(expected, 1f, 1.5f);
            case "double" -> ofNumbers(expected, 1d, 1.5);
            case "char" -> expected.put(ValueType.CHAR16, 'a');
            case "String" -> expected.put(ValueType.STRING, "a");
            case "Instant" -> expected.put(ValueType.DATE_TIME, TIME);
            case "Duration" -> expected.put(ValueType.TIME_SPAN, Duration.ofSeconds(1));
            case "UUID" -> expected.put(ValueType.GUID, ID);
            case "BigInteger" -> ofIntegers(expected, BigInteger.ONE);
            case "BigDecimal" -> {
                ofIntegers(expected, BigDecimal.ONE);
                expected.put(ValueType.BIG_DECIMAL, BigDecimal.ONE);
            }
            case "Point" -> expected.put(ValueType.POINT, new Point(1, 2));
            case "Size" -> expected.put(ValueType.SIZE, new Size(1, 2));
            case "Rect" -> expected.put(ValueType.RECT, new Rect(1, 2, 3, 4));
            case "ValueSet" -> expected.put(ValueType.VALUE_SET, ValueSet.of("a", 1));
            default -> arrays(getter, expected);
        }
        return expected;
    }

    private static void ofIntegers(Map<ValueType, Object> expected, Object one) {
        for (ValueType type : List.of(
                ValueType.INT8,
                ValueType.INT16,
                ValueType.INT32,
                ValueType.INT64,
                ValueType.BIG_INTEGER,
                ValueType.UINT8,
                ValueType.UINT16,
                ValueType.UINT32,
                ValueType.UINT64)) {
            expected.put(type, one);
        }
    }

    private static void ofNumbers(Map<ValueType, Object> expected, Object one, Object oneAndAHalf) {
        ofIntegers(expected, one);
        expected.put(ValueType.SINGLE, oneAndAHalf);
        expected.put(ValueType.DOUBLE, oneAndAHalf);
    }

    private static void arrays(String getter, Map<ValueType, Object> expected) {
        switch (getter) {
            case "List" -> lists(expected);
            case "byte[]" -> {
                for (ValueType type : UNSIGNED_ARRAYS) {
                    expected.put(type, new byte[] {1, (byte) 200});
                }
                expected.put(ValueType.LIST, new byte[0]);
            }
            case "boolean[]" -> {
                expected.put(ValueType.BOOLEAN_ARRAY, new boolean[] {true});
                expected.put(ValueType.LIST, new boolean[0]);
            }
            case "short[]" -> ofWhole(expected, new short[] {1, 200}, new short[] {1, -2}, new short[0]);
            case "int[]" -> ofWhole(expected, new int[] {1, 200}, new int[] {1, -2}, new int[0]);
            case "long[]" -> ofWhole(expected, new long[] {1, 200}, new long[] {1, -2}, new long[0]);
            case "BigInteger[]" -> ofWhole(expected, bigs(1, 200), bigs(1, -2), bigs());
            case "float[]" -> ofAll(expected, new float[] {1, 200}, new float[] {1, -2}, new float[0]);
            case "double[]" -> ofAll(expected, new double[] {1, 200}, new double[] {1, -2}, new double[0]);
            case "char[]" -> {
                expected.put(ValueType.CHAR16_ARRAY, new char[] {'a'});
                expected.put(ValueType.LIST, new char[0]);
            }
            case "String[]" -> {
                expected.put(ValueType.STRING_ARRAY, new String[] {"a"});
                expected.put(ValueType.LIST, new String[0]);
            }
            default -> throw new AssertionError(getter);
        }
    }

    private static void lists(Map<ValueType, Object> expected) {
        STORED.forEach((type, set) -> {
            if (type.isArray()) {
                expected.put(type, elements(set.get(KEY)));
            }
        });
        expected.put(ValueType.UINT8_ARRAY, List.of((short) 1, (short) 200));
        expected.put(ValueType.LIST, List.of());
    }

    private static List<Object> elements(@Nullable Object array) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < java.lang.reflect.Array.getLength(array); i++) {
            list.add(java.lang.reflect.Array.get(array, i));
        }
        return list;
    }

    private static BigInteger[] bigs(long... numbers) {
        return Arrays.stream(numbers).mapToObj(BigInteger::valueOf).toArray(BigInteger[]::new);
    }

    private static void ofWhole(Map<ValueType, Object> expected, Object unsigned, Object signed, Object empty) {
        for (ValueType type : UNSIGNED_ARRAYS) {
            expected.put(type, unsigned);
        }
        for (ValueType type : List.of(
                ValueType.INT16_ARRAY, ValueType.INT32_ARRAY, ValueType.INT64_ARRAY, ValueType.BIG_INTEGER_ARRAY)) {
            expected.put(type, signed);
        }
        expected.put(ValueType.LIST, empty);
    }

    private static void ofAll(Map<ValueType, Object> expected, Object unsigned, Object signed, Object empty) {
        ofWhole(expected, unsigned, signed, empty);
        expected.put(ValueType.SINGLE_ARRAY, signed);
        expected.put(ValueType.DOUBLE_ARRAY, signed);
    }

    @Test
    void everyStoredTypeReadsByTheGettersOfTheTableAndByNoOther() {
        assertThat(STORED).containsOnlyKeys(ValueType.values());
        for (Getter getter : getters()) {
            Map<ValueType, Object> readable = readable(getter.name);
            STORED.forEach((type, set) -> {
                if (readable.containsKey(type)) {
                    equal(getter, type, getter.get.apply(set), readable.get(type));
                    equal(getter, type, getter.overload.apply(set, getter.absent), readable.get(type));
                } else {
                    mismatch(getter, type, set);
                }
            });
        }
    }

    @Test
    void twinsAnswerTheSecondArgumentForAnAbsentKeyAndForAnExplicitNull() {
        for (Getter getter : getters()) {
            equal(getter, ValueType.EMPTY, getter.overload.apply(ValueSet.empty(), getter.absent), getter.absent);
            equal(getter, ValueType.EMPTY, getter.overload.apply(ValueSet.of(KEY, null), getter.absent), getter.absent);
        }
    }

    private static void equal(Getter getter, ValueType type, Object actual, @Nullable Object expected) {
        assertThat(Arrays.deepEquals(new Object[] {actual}, new Object[] {expected}))
                .as("%s of %s: %s", getter.name, type, actual)
                .isTrue();
    }

    private static void mismatch(Getter getter, ValueType type, ValueSet set) {
        assertThatThrownBy(() -> getter.get.apply(set))
                .as("%s of %s", getter.name, type)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.TYPE_MISMATCH))
                .hasMessageContaining("found=" + type);
        if (type != ValueType.EMPTY) {
            assertThatThrownBy(() -> getter.overload.apply(set, getter.absent))
                    .as("the overload of %s of %s", getter.name, type)
                    .isInstanceOf(IpcException.class);
        }
    }

    @Test
    void listsReadElementByElement() {
        ValueSet numbers = ValueSet.of(KEY, ONE_TO_TWO);
        assertThat(numbers.getBytes(KEY)).containsExactly(1, 2);
        assertThat(numbers.getShorts(KEY)).containsExactly((short) 1, (short) 2);
        assertThat(numbers.getInts(KEY)).containsExactly(1, 2);
        assertThat(numbers.getLongs(KEY)).containsExactly(1, 2);
        assertThat(numbers.getFloats(KEY)).containsExactly(1, 2);
        assertThat(numbers.getDoubles(KEY)).containsExactly(1, 2);
        assertThat(ValueSet.of(KEY, List.of(1, 1.5, 2.5f)).getDoubles(KEY)).containsExactly(1, 1.5, 2.5);
        assertThat(ValueSet.of(KEY, List.of("a", "ü")).getStrings(KEY)).containsExactly("a", "ü");
        assertThat(ValueSet.of(KEY, List.of(true, false)).getBooleans(KEY)).containsExactly(true, false);
        assertThat(ValueSet.of(KEY, List.of('a', 'b')).getChars(KEY)).containsExactly('a', 'b');
    }

    @Test
    void theFirstElementThatDoesNotConvertIsNamed() {
        Map<String, Runnable> failing = new LinkedHashMap<>();
        failing.put(
                "key \"v\": wanted=INT32_ARRAY, found=INT64_ARRAY long[1, 5000000000], element 1 is INT64 5000000000",
                () -> ValueSet.of(KEY, new long[] {1, 5_000_000_000L}).getInts(KEY));
        failing.put(
                "wanted=INT16_ARRAY, found=UINT16_ARRAY uint16[1, 40000], element 1 is UINT16 40000",
                () -> ValueSet.builder().putUInt16Array(KEY, 1, 40_000).build().getShorts(KEY));
        failing.put(
                "wanted=INT64_ARRAY, found=UINT64_ARRAY uint64[18446744073709551615], element 0 is UINT64",
                () -> ValueSet.builder()
                        .putUInt64Array(KEY, BigInteger.TWO.pow(64).subtract(BigInteger.ONE))
                        .build()
                        .getLongs(KEY));
        failing.put(
                "wanted=BIG_INTEGER_ARRAY, found=LIST [1, 1.5], element 1 is DOUBLE 1.5",
                () -> ValueSet.of(KEY, List.of(1, 1.5)).getBigIntegers(KEY));
        failing.put(
                "wanted=INT64_ARRAY, found=LIST [1, \"x\"], element 1 is STRING \"x\"",
                () -> ValueSet.of(KEY, List.of(1, "x")).getLongs(KEY));
        failing.put(
                "wanted=UINT8_ARRAY, found=LIST [255, -1], element 1 is INT32 -1",
                () -> ValueSet.of(KEY, List.of(255, -1)).getBytes(KEY));
        failing.put(
                "wanted=STRING_ARRAY, found=LIST [\"a\", null], element 1 is EMPTY null",
                () -> ValueSet.of(KEY, Arrays.asList("a", null)).getStrings(KEY));
        failing.put(
                "wanted=SINGLE_ARRAY, found=DOUBLE_ARRAY double[1.0E300], element 0 is DOUBLE 1.0E300",
                () -> ValueSet.of(KEY, new double[] {1e300}).getFloats(KEY));
        failing.forEach((message, getter) ->
                assertThatThrownBy(getter::run).isInstanceOf(IpcException.class).hasMessageContaining(message));
    }

    @Test
    void whatAGetterAnswersIsACopy() {
        ValueSet set = ValueSet.of(KEY, new int[] {1});
        set.getInts(KEY)[0] = 2;
        assertThat(set.getInts(KEY)).containsExactly(1);
        assertThatThrownBy(() -> set.getList(KEY).clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
