package io.valise.ipc.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import com.fasterxml.jackson.dataformat.cbor.CBORParser;
import io.valise.ipc.RandomValues;
import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An encoder and a decoder that are not ours: what each writes, the other reads. */
class JacksonOracleTest {
    /** Without the two settings Jackson 2 keeps an old mistake: a negative big integer is off by one. */
    private final ObjectMapper jackson = new ObjectMapper(CBORFactory.builder()
            .enable(CBORGenerator.Feature.ENCODE_USING_STANDARD_NEGATIVE_BIGINT_ENCODING)
            .enable(CBORParser.Feature.DECODE_USING_STANDARD_NEGATIVE_BIGINT_ENCODING)
            .build());

    /** Bytes of an element. */
    private static final Map<ValueType, Integer> UNSIGNED_ARRAYS =
            Map.of(ValueType.UINT16_ARRAY, 2, ValueType.UINT32_ARRAY, 4, ValueType.UINT64_ARRAY, 8);

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {51, 52, 53})
    void jacksonReadsWhatWeWrite(long seed) throws IOException {
        RandomValues values = new RandomValues(new SplittableRandom(seed));
        for (int i = 0; i < 500; i++) {
            ValueSet set = values.set();
            JsonNode tree = jackson.readTree(set.toCbor());
            assertSamePairs(set, tree);
        }
    }

    private static void assertSamePairs(ValueSet ours, JsonNode theirs) {
        assertThat(theirs.size()).isEqualTo(ours.size());
        for (String key : ours.keys()) {
            Integer elementBytes = UNSIGNED_ARRAYS.get(ours.type(key));
            if (elementBytes == null) {
                assertSame(ours.get(key), theirs.get(key));
            } else {
                assertThat(bigEndian(binary(theirs.get(key)), elementBytes)).containsExactly(ours.getBigIntegers(key));
            }
        }
    }

    private static BigInteger[] bigEndian(byte[] bytes, int elementBytes) {
        BigInteger[] elements = new BigInteger[bytes.length / elementBytes];
        Arrays.setAll(elements, i -> new BigInteger(1, bytes, i * elementBytes, elementBytes));
        return elements;
    }

    private static void assertSame(Object ours, JsonNode theirs) {
        if (ours == null) {
            assertThat(theirs.isNull()).isTrue();
        } else if (ours instanceof ValueSet set) {
            assertSamePairs(set, theirs);
        } else if (ours instanceof List<?> list) {
            assertThat(theirs.size()).isEqualTo(list.size());
            for (int i = 0; i < list.size(); i++) {
                assertSame(list.get(i), theirs.get(i));
            }
        } else if (ours instanceof String || ours instanceof Boolean) {
            assertThat(theirs.asText()).isEqualTo(ours.toString());
        } else if (ours instanceof Float || ours instanceof Double) {
            assertThat(Double.valueOf(theirs.doubleValue())).isEqualTo(Double.valueOf(((Number) ours).doubleValue()));
        } else if (isMisreadByJackson(ours)) {
            assertThat(theirs.isNumber()).isTrue();
        } else if (ours instanceof BigDecimal decimal) {
            assertThat(theirs.decimalValue()).isEqualByComparingTo(decimal);
        } else if (ours instanceof Number number) {
            assertThat(theirs.bigIntegerValue()).isEqualTo(new BigInteger(number.toString()));
        } else {
            assertSameBytes(ours, theirs);
        }
    }

    /** It takes the highest bit of a magnitude for a sign, and -1, whose magnitude has no byte, for 0. */
    private static boolean isMisreadByJackson(Object ours) {
        BigInteger number = ours instanceof BigDecimal decimal ? decimal.unscaledValue() : BigInteger.ZERO;
        number = ours instanceof BigInteger big ? big : number;
        BigInteger magnitude = number.signum() < 0 ? number.not() : number;
        return number.signum() != 0 && magnitude.bitLength() % 8 == 0;
    }

    private static void assertSameBytes(Object ours, JsonNode theirs) {
        if (ours instanceof byte[] bytes) {
            assertThat(binary(theirs)).isEqualTo(bytes);
        } else if (ours instanceof int[] ints) {
            assertThat(binary(theirs)).hasSize(4 * ints.length);
        } else if (ours instanceof Character c) {
            assertThat(theirs.intValue()).isEqualTo((int) c);
        } else if (ours instanceof String[] strings) {
            assertSame(List.of(strings), theirs);
        } else if (ours instanceof java.time.Instant instant) {
            assertThat(theirs.get("1").longValue()).isEqualTo(instant.getEpochSecond());
            assertThat(theirs.get("-9").intValue()).isEqualTo(instant.getNano());
        } else {
            assertThat(theirs.isMissingNode()).isFalse();
        }
    }

    private static byte[] binary(JsonNode node) {
        try {
            return node.binaryValue();
        } catch (IOException notBinary) {
            throw new AssertionError(notBinary);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {61, 62, 63})
    void weReadWhatJacksonWrites(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        ObjectMapper wide = new ObjectMapper(CBORFactory.builder()
                .enable(CBORGenerator.Feature.ENCODE_USING_STANDARD_NEGATIVE_BIGINT_ENCODING)
                .disable(CBORGenerator.Feature.WRITE_MINIMAL_INTS)
                .build());
        for (int i = 0; i < 500; i++) {
            Map<String, Object> map = map(random, 0);
            assertSame(map, ValueSet.fromCbor(jackson.writeValueAsBytes(map)));
            assertSame(map, ValueSet.fromCbor(wide.writeValueAsBytes(map)));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {71, 72, 73})
    void gettersOfArraysReadThePlainArraysThatJacksonWrites(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 200; i++) {
            int size = random.nextInt(20);
            int[] ints = random.ints(size, Short.MIN_VALUE, Short.MAX_VALUE + 1).toArray();
            long[] longs = random.longs(size).toArray();
            double[] doubles = random.doubles(size).map(d -> (float) d).toArray();
            boolean[] booleans = new boolean[size];
            String[] strings = new String[size];
            for (int k = 0; k < size; k++) {
                booleans[k] = random.nextBoolean();
                strings[k] = "ü" + random.nextInt();
            }
            ValueSet set = ValueSet.fromCbor(jackson.writeValueAsBytes(Map.of(
                    "ints", ints, "longs", longs, "doubles", doubles, "booleans", booleans, "strings", strings)));
            assertThat(set.getInts("ints")).isEqualTo(ints);
            assertThat(set.getLongs("ints"))
                    .isEqualTo(Arrays.stream(ints).asLongStream().toArray());
            assertThat(set.getDoubles("ints"))
                    .isEqualTo(Arrays.stream(ints).asDoubleStream().toArray());
            assertThat(widened(set.getShorts("ints"))).isEqualTo(ints);
            assertThat(set.getLongs("longs")).isEqualTo(longs);
            assertThat(set.getDoubles("doubles")).isEqualTo(doubles);
            assertThat(set.getFloats("doubles")).hasSize(size);
            assertThat(set.getBooleans("booleans")).isEqualTo(booleans);
            assertThat(set.getStrings("strings")).isEqualTo(strings);
        }
    }

    private static int[] widened(short[] shorts) {
        int[] ints = new int[shorts.length];
        Arrays.setAll(ints, i -> shorts[i]);
        return ints;
    }

    private static Map<String, Object> map(SplittableRandom random, int depth) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(25); i > 0; i--) {
            map.put(i + new RandomValues(random).text(30), value(random, depth));
        }
        return map;
    }

    private static Object value(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth < 4 ? 11 : 9)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextInt() >> random.nextInt(32);
            case 3 -> random.nextLong() >> random.nextInt(64);
            case 4 -> Float.intBitsToFloat(random.nextInt());
            case 5 -> random.nextDouble();
            case 6 -> new RandomValues(random).text(random.nextInt(8) == 0 ? 9_000 : 50);
            case 7 -> new BigDecimal(BigInteger.valueOf(random.nextLong()), random.nextInt(40));
            case 8 -> BigInteger.valueOf(random.nextLong()).pow(3);
            case 9 -> list(random, depth + 1);
            default -> map(random, depth + 1);
        };
    }

    private static List<Object> list(SplittableRandom random, int depth) {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            list.add(value(random, depth));
        }
        return list;
    }

    private static void assertSame(Map<?, ?> theirs, ValueSet ours) {
        assertThat(ours.keys())
                .containsExactlyElementsOf(
                        theirs.keySet().stream().map(String.class::cast).toList());
        theirs.forEach((key, value) -> assertSameValue(value, ours.get((String) key)));
    }

    private static void assertSameValue(Object theirs, Object ours) {
        if (theirs instanceof Map<?, ?> map) {
            assertSame(map, (ValueSet) ours);
        } else if (theirs instanceof List<?> list) {
            List<?> items = (List<?>) ours;
            assertThat(items.size()).isEqualTo(list.size());
            for (int i = 0; i < list.size(); i++) {
                assertSameValue(list.get(i), items.get(i));
            }
        } else if (theirs instanceof Integer || theirs instanceof Long) {
            assertThat(((Number) ours).longValue()).isEqualTo(((Number) theirs).longValue());
        } else {
            assertThat(ours).isEqualTo(theirs);
        }
    }

    @Test
    void jacksonReadsBytesInsideAndOutsideOfTags() throws IOException {
        ValueSet set = ValueSet.of("bytes", new byte[] {1, 2}, "uuid", new java.util.UUID(1, 2));
        JsonNode tree = jackson.readTree(set.toCbor());
        assertThat(tree.get("bytes").binaryValue()).containsExactly(1, 2);
        assertThat(tree.get("uuid").binaryValue()).hasSize(16);
    }
}
