package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ValueSetTest {
    private static final UUID ID = new UUID(1, 2);

    @Test
    void keepsTheOrderInWhichKeysWerePut() {
        ValueSet set = ValueSet.builder()
                .put("b", 1)
                .put("a", 2)
                .put("c", 3)
                .put("b", 4)
                .build();
        assertThat(set.keys()).containsExactly("b", "a", "c");
        assertThat(set.asMap()).containsExactly(entry("b", 4), entry("a", 2), entry("c", 3));
        assertThat(set.toBuilder().remove("a").put("a", 5).build().keys()).containsExactly("b", "c", "a");
    }

    @Test
    void isEqualByContentWhateverTheOrder() {
        ValueSet one = ValueSet.of("a", new int[] {1, 2}, "b", List.of(new byte[] {3}), "c", ValueSet.of("d", "e"));
        ValueSet other = ValueSet.of("c", ValueSet.of("d", "e"), "b", List.of(new byte[] {3}), "a", new int[] {1, 2});
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(one).isNotEqualTo(ValueSet.of("a", new int[] {1, 3}, "b", List.of(), "c", ValueSet.empty()));
        assertThat(one).isNotEqualTo(one.toBuilder().put("d", 1).build()).isNotEqualTo("a");
    }

    @Test
    void valuesOfDifferentTypesAreNotEqual() {
        assertThat(ValueSet.of("a", 1)).isNotEqualTo(ValueSet.of("a", 1L)).isNotEqualTo(ValueSet.of("a", null));
        assertThat(ValueSet.builder().putUInt8("a", 1).build()).isNotEqualTo(ValueSet.of("a", (short) 1));
        assertThat(ValueSet.of("a", null)).isNotEqualTo(ValueSet.of("b", null));
        assertThat(ValueSet.of("a", new String[0])).isNotEqualTo(ValueSet.of("a", new UUID[0]));
    }

    @Test
    void copiesArraysInAndOut() {
        int[] mine = {1, 2, 3};
        ValueSet set = ValueSet.of("a", mine);
        mine[0] = 9;
        set.getInts("a")[1] = 9;
        ((int[]) set.get("a"))[2] = 9;
        ((int[]) set.find("a").orElseThrow())[0] = 9;
        ((int[]) set.asMap().get("a"))[0] = 9;
        assertThat(set.getInts("a")).containsExactly(1, 2, 3);
    }

    @Test
    void copiesListsAndWhatTheyHold() {
        byte[] bytes = {1};
        List<Object> inner = new ArrayList<>(List.of(bytes));
        List<Object> mine = new ArrayList<>(Arrays.asList(inner, null, "x"));
        ValueSet set = ValueSet.of("a", mine);
        bytes[0] = 9;
        inner.clear();
        mine.clear();
        ((byte[]) ((List<?>) set.getList("a").get(0)).get(0))[0] = 9;
        assertThat(set).isEqualTo(ValueSet.of("a", Arrays.asList(List.of(new byte[] {1}), null, "x")));
        assertThatThrownBy(() -> set.getList("a").clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> set.asMap().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> set.keys().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aBuiltSetDoesNotChangeWhenItsBuilderGoesOn() {
        ValueSet.Builder builder = ValueSet.builder();
        for (int i = 0; i < 8; i++) {
            builder.put("k" + i, i);
        }
        ValueSet eight = builder.build();
        ValueSet changed = builder.put("k0", "new").put("k8", 8).build();
        for (int i = 9; i < 40; i++) {
            builder.put("k" + i, i);
        }
        ValueSet many = builder.build();
        builder.put("k39", null).remove("k20").put("late", 1);
        assertThat(eight.size()).isEqualTo(8);
        assertThat(eight.getInt("k0")).isZero();
        assertThat(changed.getString("k0")).isEqualTo("new");
        assertThat(many.getInt("k39")).isEqualTo(39);
        assertThat(many.contains("late")).isFalse();
        assertThat(builder.build().contains("k20")).isFalse();
        assertThat(builder.build().getInt("k21")).isEqualTo(21);
    }

    @Test
    void behavesAsAMapUnderRandomChanges() {
        java.util.SplittableRandom random = new java.util.SplittableRandom(7);
        Map<String, Object> model = new LinkedHashMap<>();
        ValueSet.Builder builder = ValueSet.builder();
        for (int i = 0; i < 20_000; i++) {
            String key = "key" + random.nextInt(60);
            if (random.nextInt(3) == 0) {
                builder.remove(key);
                model.remove(key);
            } else {
                Object value = random.nextBoolean() ? i : "text ü " + i;
                builder.put(key, value);
                model.put(key, value);
            }
            if (random.nextInt(50) == 0) {
                ValueSet set = builder.build();
                assertThat(set.asMap()).isEqualTo(model);
                assertThat(set.keys()).containsExactlyElementsOf(model.keySet());
                assertThat(ValueSet.fromCbor(set.toCbor())).isEqualTo(set).isEqualTo(ValueSet.copyOf(model));
            }
        }
    }

    @Test
    void anExplicitNullIsNotAnAbsentKey() {
        ValueSet set = ValueSet.of("null", null);
        assertThat(set.contains("null")).isTrue();
        assertThat(set.type("null")).isEqualTo(ValueType.EMPTY);
        assertThat(set.get("null")).isNull();
        assertThat(set.find("null")).isEmpty();
        assertThat(set.asMap()).containsEntry("null", null);
        assertThat(set.getInt("null", 5)).isEqualTo(5);
        assertThat(set.getString("null", "x")).isEqualTo("x");
        assertThatThrownBy(() -> set.getInt("null"))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.TYPE_MISMATCH))
                .hasMessageContaining("key \"null\": wanted=INT32, found=EMPTY");
        assertThatThrownBy(() -> set.getString("null")).hasMessageContaining("wanted=STRING, found=EMPTY");
    }

    @Test
    void anAbsentKeyNamesTheKeysThatAreThere() {
        ValueSet set = ValueSet.of("bid", 1, "ask", 2);
        assertThatThrownBy(() -> set.getInt("bud"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("no key \"bud\"; the set has 2 keys: \"bid\", \"ask\"");
        assertThatThrownBy(() -> set.get("x")).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> set.type("x")).isInstanceOf(NoSuchElementException.class);
        assertThat(set.find("x")).isEmpty();
        assertThatNullPointerException().isThrownBy(() -> set.get(null));
        assertThatThrownBy(() -> manyKeys(10_000).get("x"))
                .satisfies(
                        e -> assertThat(e.getMessage()).hasSizeLessThan(1_200).endsWith("…"));
    }

    private static ValueSet manyKeys(int count) {
        ValueSet.Builder builder = ValueSet.builder();
        for (int i = 0; i < count; i++) {
            builder.put("k" + i, i);
        }
        return builder.build();
    }

    @Test
    void everyGetterHasAnOverloadForAbsentKeys() {
        ValueSet none = ValueSet.empty();
        assertThat(none.getBoolean("x", true)).isTrue();
        assertThat(none.getByte("x", (byte) 1)).isEqualTo((byte) 1);
        assertThat(none.getShort("x", (short) 1)).isEqualTo((short) 1);
        assertThat(none.getInt("x", 1)).isOne();
        assertThat(none.getLong("x", 1)).isOne();
        assertThat(none.getFloat("x", 1)).isOne();
        assertThat(none.getDouble("x", 1)).isOne();
        assertThat(none.getChar("x", 'c')).isEqualTo('c');
        assertThat(none.getString("x", "s")).isEqualTo("s");
        assertThat(none.getInstant("x", Instant.EPOCH)).isEqualTo(Instant.EPOCH);
        assertThat(none.getDuration("x", Duration.ZERO)).isEqualTo(Duration.ZERO);
        assertThat(none.getUuid("x", ID)).isEqualTo(ID);
        assertThat(none.getBigInteger("x", BigInteger.ONE)).isOne();
        assertThat(none.getBigDecimal("x", BigDecimal.ONE)).isOne();
        assertThat(none.getPoint("x", new Point(1, 2))).isEqualTo(new Point(1, 2));
        assertThat(none.getSize("x", new Size(1, 2))).isEqualTo(new Size(1, 2));
        assertThat(none.getRect("x", new Rect(1, 2, 3, 4))).isEqualTo(new Rect(1, 2, 3, 4));
        assertThat(none.getValueSet("x", none)).isSameAs(none);
        assertThat(none.getList("x", List.of(1)).size()).isOne();
        assertThat(none.getBytes("x", new byte[1])).hasSize(1);
        assertThat(none.getBooleans("x", new boolean[1])).hasSize(1);
        assertThat(none.getShorts("x", new short[1])).hasSize(1);
        assertThat(none.getInts("x", new int[1])).hasSize(1);
        assertThat(none.getLongs("x", new long[1])).hasSize(1);
        assertThat(none.getFloats("x", new float[1])).hasSize(1);
        assertThat(none.getDoubles("x", new double[1])).hasSize(1);
        assertThat(none.getChars("x", new char[1])).hasSize(1);
        assertThat(none.getStrings("x", new String[1])).hasSize(1);
    }

    @Test
    void ofTakesUpToEightPairs() {
        ValueSet set = ValueSet.of("a", 1, "b", 2, "c", 3, "d", 4, "e", 5, "f", 6, "g", 7, "h", 8);
        assertThat(set.size()).isEqualTo(8);
        assertThat(set.getInt("h")).isEqualTo(8);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.of("a", 1, "b", 2, "a", 3))
                .withMessage("key \"a\" is given twice; give it once");
    }

    /** "Aa" and "BB" have the same hash, and a key made at run time is another object than the literal. */
    @Test
    void keysAreToldApartByTheirCharsAlone() {
        ValueSet set = ValueSet.of("Aa", 1, "BB", 2);
        assertThat(set.getInt(new String("BB"))).isEqualTo(2);
        assertThat(set.contains("AaAa")).isFalse();
        assertThat(ValueSet.fromCbor(set.toCbor())).isEqualTo(set);
        byte[] twice = HexFormat.of().parseHex("a3" + "624161" + "01" + "624242" + "02" + "624161" + "03");
        assertThatThrownBy(() -> ValueSet.fromCbor(twice)).hasMessageContaining("key \"Aa\" is there twice");
        ValueSet.Builder builder = ValueSet.builder().put("Aa", 1).put("BB", 2).put(new String("Aa"), 3);
        assertThat(builder.build()).isEqualTo(ValueSet.of("Aa", 3, "BB", 2));
        assertThat(builder.remove("Aa").put("BB", 4).put("Aa", 5).build()).isEqualTo(ValueSet.of("BB", 4, "Aa", 5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.of("Aa", 1, "BB", 2, new String("Aa"), 3))
                .withMessage("key \"Aa\" is given twice; give it once");
    }

    @Test
    void keysAreOneTo255CharsOfUnicode() {
        assertThatNullPointerException().isThrownBy(() -> ValueSet.of(null, 1)).withMessageContaining("no null key");
        assertThatNullPointerException().isThrownBy(() -> ValueSet.builder().put(null, 1));
        Map<String, Object> nullKey = new HashMap<>();
        nullKey.put(null, 1);
        assertThatNullPointerException().isThrownBy(() -> ValueSet.copyOf(nullKey));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.of("", 1))
                .withMessage("key \"\": limit=1 to 255 chars, actual=0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.of("x".repeat(256), 1))
                .withMessageContaining("limit=1 to 255 chars, actual=256");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.builder().putUInt8("a\ud800b", 1))
                .withMessage("key \"a\\ud800b\" has a lone surrogate at index 1: text must be valid Unicode");
        String longest = "水".repeat(255);
        assertThat(ValueSet.fromCbor(ValueSet.of(longest, 1).toCbor()).getInt(longest))
                .isOne();
        assertThat(ValueSet.of("K", 1).contains("k")).isFalse();
    }

    @Test
    void textIsValidUnicode() {
        for (String bad : List.of("\ud83d", "a\udc00", "\udc00\ud800", "ok \ud83d\ude00 \ud83d")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ValueSet.of("note", bad))
                    .withMessageContaining("key \"note\": its text has a lone surrogate at index");
            assertThatIllegalArgumentException().isThrownBy(() -> ValueSet.of("note", new String[] {"a", bad}));
            assertThatIllegalArgumentException().isThrownBy(() -> ValueSet.of("note", List.of(List.of(bad))));
        }
        assertThat(ValueSet.of("note", "\ud83d\ude00").getString("note")).isEqualTo("\ud83d\ude00");
    }

    @Test
    void refusesWhatIsNoValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.of("when", new AtomicInteger()))
                .withMessageStartingWith(
                        "key \"when\": java.util.concurrent.atomic.AtomicInteger is not a value; allowed are null, Boolean, Byte");
        for (Object bad : List.of(
                Map.of("a", 1),
                new Object(),
                new Integer[] {1},
                new int[1][1],
                Thread.State.NEW,
                new Object[] {"a"},
                new ValueSet[0],
                new BigInteger("1") {},
                new BigInteger[] {new BigInteger("1") {}})) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ValueSet.of("k", bad))
                    .withMessageContaining("is not a value; allowed are");
            assertThatIllegalArgumentException().isThrownBy(() -> ValueSet.of("k", Collections.singletonList(bad)));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.of("k", new String[] {"a", null}))
                .withMessage("key \"k\": element 1 of its array is null; only a List holds nulls");
    }

    @Test
    void nestingEndsAtThirtyTwoLevels() {
        ValueSet set = ValueSet.empty();
        List<Object> list = List.of();
        for (int level = 1; level < 32; level++) {
            set = ValueSet.of("in", set);
            list = level < 31 ? List.of(list) : list;
        }
        ValueSet deepest = set;
        List<Object> deepestList = list;
        assertThat(ValueSet.fromCbor(deepest.toCbor())).isEqualTo(deepest);
        ValueSet withList = ValueSet.of("in", deepestList);
        assertThat(ValueSet.fromCbor(withList.toCbor())).isEqualTo(withList);
        String message = "key \"in\": nested value sets and lists: limit=32 levels, actual=more; flatten the value";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.of("in", deepest))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.of("in", List.of(deepestList)))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.of("in", List.of(deepest)))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.of("in", List.of(withList.getList("in"))))
                .withMessage(message);
        List<Object> endless = new ArrayList<>();
        endless.add(List.of(endless));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueSet.of("in", endless))
                .withMessage("key \"in\": a list contains itself; send a tree of values");
    }

    @Test
    void unsignedNumbersAreCheckedAndReadByWideningGetters() {
        ValueSet set = ValueSet.builder()
                .putUInt8("8", 255)
                .putUInt16("16", 65_535)
                .putUInt32("32", 0xffff_ffffL)
                .putUInt64("64", BigInteger.TWO.pow(64).subtract(BigInteger.ONE))
                .build();
        for (ValueSet each :
                List.of(set, ValueSet.fromCbor(set.toCbor()), set.toBuilder().build())) {
            assertThat(each).isEqualTo(set);
            assertThat(each.asMap().values())
                    .containsExactly((short) 255, 65_535, 0xffff_ffffL, new BigInteger("18446744073709551615"));
            assertThat(each.type("8")).isEqualTo(ValueType.UINT8);
            assertThat(each.type("16")).isEqualTo(ValueType.UINT16);
            assertThat(each.type("32")).isEqualTo(ValueType.UINT32);
            assertThat(each.type("64")).isEqualTo(ValueType.UINT64);
            assertThat(each.getInt("8")).isEqualTo(255);
            assertThat(each.getLong("32")).isEqualTo(0xffff_ffffL);
            assertThat(each.getBigInteger("64")).isEqualTo(new BigInteger("18446744073709551615"));
            assertThatThrownBy(() -> each.getByte("8")).hasMessageContaining("wanted=INT8, found=UINT8 255");
            assertThatThrownBy(() -> each.getLong("64")).hasMessageContaining("wanted=INT64, found=UINT64");
        }
        ValueSet.Builder builder = ValueSet.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.putUInt8("b", 256))
                .withMessage("key \"b\": unsigned number of 8 bits: limit=0 to 255, actual=256");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.putUInt8("b", -1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.putUInt16("b", 65_536));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.putUInt32("b", -1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.putUInt32("b", 1L << 32));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.putUInt64("b", BigInteger.TWO.pow(64)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.putUInt64("b", BigInteger.valueOf(-1)));
    }

    @Test
    void arraysOfUnsignedNumbersKeepTheirWidthAndAnswerTheNextWiderType() {
        BigInteger most = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
        ValueSet set = ValueSet.builder()
                .putUInt16Array("16", 0, 40_000, 65_535)
                .putUInt32Array("32", 0, 3_000_000_000L, 0xffff_ffffL)
                .putUInt64Array("64", BigInteger.ZERO, most)
                .putUInt64Array("none")
                .build();
        for (ValueSet each :
                List.of(set, ValueSet.fromCbor(set.toCbor()), set.toBuilder().build())) {
            assertThat(each).isEqualTo(set).hasSameHashCodeAs(set);
            assertThat(each.keys().stream().map(each::type))
                    .containsExactly(
                            ValueType.UINT16_ARRAY,
                            ValueType.UINT32_ARRAY,
                            ValueType.UINT64_ARRAY,
                            ValueType.UINT64_ARRAY);
            assertThat((int[]) each.get("16")).containsExactly(0, 40_000, 65_535);
            assertThat((long[]) each.get("32")).containsExactly(0, 3_000_000_000L, 0xffff_ffffL);
            assertThat((BigInteger[]) each.get("64")).containsExactly(BigInteger.ZERO, most);
            assertThat(each.getBigIntegers("none")).isEmpty();
            assertThat(each.getList("64")).isEqualTo(List.of(BigInteger.ZERO, most));
        }
        assertThat(set)
                .hasToString("{16=uint16[0, 40000, 65535], 32=uint32[0, 3000000000, 4294967295],"
                        + " 64=uint64[0, 18446744073709551615], none=uint64[]}");
        assertThat(ValueSet.of("16", new int[] {0, 40_000, 65_535}))
                .isNotEqualTo(ValueSet.builder()
                        .putUInt16Array("16", 0, 40_000, 65_535)
                        .build());
    }

    @Test
    void arraysOfUnsignedNumbersRefuseAnElementThatDoesNotFitAndNameItsIndex() {
        ValueSet.Builder builder = ValueSet.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.putUInt16Array("b", 1, 65_536))
                .withMessage("key \"b\": element 1 of its array: unsigned number of 16 bits: limit=0 to 65535,"
                        + " actual=65536");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.putUInt32Array("b", -1))
                .withMessageContaining("element 0 of its array: unsigned number of 32 bits: limit=0 to 4294967295");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.putUInt64Array("b", BigInteger.ONE, BigInteger.TWO.pow(64)))
                .withMessageContaining("element 1 of its array: unsigned number of 64 bits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.putUInt64Array("b", BigInteger.ONE, null))
                .withMessage("key \"b\": element 1 of its array is null; only a List holds nulls");
        assertThat(builder.build().isEmpty()).isTrue();
    }

    @Test
    void theElementsOfAnUnsignedArrayAreCopied() {
        int[] elements = {1, 2};
        ValueSet set = ValueSet.builder().putUInt16Array("a", elements).build();
        elements[0] = 9;
        set.getInts("a")[0] = 9;
        ((int[]) set.get("a"))[0] = 9;
        assertThat(set.getInts("a")).containsExactly(1, 2);
    }

    @Test
    void shapesRefuseNegativeExtents() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Size(-1, 0))
                .withMessage("Size.width: limit=0 or more, actual=-1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new Size(0, Float.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rect(0, 0, 1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rect(0, 0, Float.NaN, 1));
        assertThat(new Point(Float.NaN, -1).y()).isEqualTo(-1);
        assertThat(new Size(Float.POSITIVE_INFINITY, 0).height()).isZero();
    }

    @Test
    void theTextOfASetIsReadableAndShort() {
        assertThat(ValueSet.of(
                        "a", 1, "b", "x\n", "c", new int[] {1, 2}, "d", List.of(true), "e", ValueSet.of("f", null)))
                .hasToString("{a=1, b=\"x\\u000a\", c=int[1, 2], d=[true], e={f=null}}");
        assertThat(ValueSet.of("a", new byte[1 << 20])).hasToString("{a=byte[0, 0, 0, 0, 0, 0, 0, 0, …1048568 more]}");
        assertThat(ValueSet.of("a", "x".repeat(1 << 20)).toString())
                .hasSizeLessThan(100)
                .contains("1048576 chars");
        assertThat(ValueSet.of("a", BigInteger.TWO.pow(1 << 20))).hasToString("{a=integer of 1048577 bits}");
        assertThat(manyKeys(100_000).toString()).hasSizeLessThan(1_200).endsWith("more}");
        List<Object> wide = Collections.nCopies(1_000, Collections.nCopies(1_000, "text"));
        assertThat(ValueSet.of("a", wide, "b", wide).toString()).hasSizeLessThan(1_200);
    }
}
