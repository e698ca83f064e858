package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records as sets, and sets as records: every type, over the bytes of the wire too. */
@SuppressWarnings("ArrayRecordComponent") // arrays are what is tested
class TypedValuesTest {
    enum Side {
        BUY,
        SELL
    }

    record Leg(String symbol, double price, Side side) {}

    record Order(UUID id, List<Leg> legs, Map<String, Leg> byName, Leg[] spare, Optional<Leg> hedge) {}

    record Times(
            LocalDate day,
            LocalTime time,
            LocalDateTime local,
            OffsetDateTime offset,
            ZonedDateTime zoned,
            Instant instant,
            Duration duration,
            URI uri) {}

    record Numbers(
            boolean flag,
            byte b,
            short s,
            int i,
            long l,
            float f,
            double d,
            char c,
            Integer boxed,
            BigDecimal money,
            OptionalInt oi,
            OptionalLong ol,
            OptionalDouble od) {}

    record Arrays2(int[][] grid, Integer[] boxed, Side[] sides, LocalDate[] days, String[] texts, byte[] bytes) {}

    record Page<T>(List<T> items, T[] more, Optional<Page<T>> next) {}

    record Node(String name, Set<Node> children) {}

    record Pair<A, B>(A first, B second, Optional<Pair<B, A>> other) {}

    record Growing<T>(int level, Optional<Growing<List<T>>> next) {}

    record Even<T>(Optional<Odd<List<T>>> next) {}

    record Odd<T>(Optional<Even<T>> next) {}

    sealed interface Nest<T> permits Egg {}

    record Egg<V>(Optional<Nest<V[]>> next) implements Nest<V> {}

    sealed interface Shape permits Circle, Square, Curve {}

    sealed interface Curve extends Shape permits Arc {}

    record Circle(double radius) implements Shape {}

    @WireName("box")
    record Square(double side) implements Shape {}

    record Arc(Shape around, List<Shape> in) implements Curve {}

    sealed interface Result<T> permits Good, Bad {}

    record Good<V>(V value) implements Result<V> {}

    record Bad<V>(String reason) implements Result<V> {}

    private static final Leg LEG = new Leg("KRW", 1.5, Side.BUY);

    private static ValueSet overTheWire(ValueSet set) {
        return ValueSet.fromCbor(set.toCbor());
    }

    private static <T extends Record> T again(T record) {
        @SuppressWarnings("unchecked") // the record's class
        Class<T> type = (Class<T>) record.getClass();
        return overTheWire(ValueSet.from(record)).to(type);
    }

    @Test
    void aRecordIsASetWithAKeyForEachComponent() {
        assertThat(ValueSet.from(LEG)).isEqualTo(ValueSet.of("symbol", "KRW", "price", 1.5, "side", "BUY"));
        assertThat(ValueSet.from(LEG).keys()).containsExactly("symbol", "price", "side");
        assertThat(ValueSet.of("side", "SELL", "price", 2, "symbol", "x").to(Leg.class))
                .isEqualTo(new Leg("x", 2, Side.SELL));
    }

    @Test
    void nestedRecordsArriveAsTheyWere() {
        Map<String, Leg> byName = new LinkedHashMap<>();
        byName.put("b", LEG);
        byName.put("a", null);
        Order order =
                new Order(new UUID(1, 2), Arrays.asList(LEG, null), byName, new Leg[] {LEG, null}, Optional.of(LEG));
        Order arrived = again(order);
        assertThat(arrived).usingRecursiveComparison().isEqualTo(order);
        assertThat(arrived.byName().keySet()).containsExactly("b", "a");
        assertThatThrownBy(() -> arrived.legs().add(LEG)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> arrived.byName().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void timesAndAddressesAreTexts() {
        Times times = new Times(
                LocalDate.of(2026, 2, 28),
                LocalTime.of(10, 15),
                LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6),
                OffsetDateTime.parse("2026-10-25T02:30+02:00"),
                ZonedDateTime.parse("2026-10-25T02:30+01:00[Europe/Berlin]"),
                Instant.MAX,
                Duration.ofNanos(-1),
                URI.create("valise:a/b?c=%20d"));
        assertThat(again(times)).isEqualTo(times);
        ValueSet set = ValueSet.from(times);
        assertThat(set.get("day")).isEqualTo("2026-02-28");
        assertThat(set.get("zoned")).isEqualTo("2026-10-25T02:30+01:00[Europe/Berlin]");
        assertThat(set.get("uri")).isEqualTo("valise:a/b?c=%20d");
        assertThat(set.type("instant")).isEqualTo(ValueType.DATE_TIME);
        assertMismatch(
                set.toBuilder().put("day", "28.2.2026").build(),
                Times.class,
                "Times: day: expected=LocalDate as text, actual=STRING \"28.2.2026\"");
        assertMismatch(set.toBuilder().put("uri", "a b").build(), Times.class, "Times: uri: expected=URI as text");
        assertMismatch(
                set.toBuilder().put("time", 12).build(),
                Times.class,
                "time: expected=LocalTime as text, actual=INT32 12");
    }

    @Test
    void numbersKeepTheirWidthAndConvertWithoutLoss() {
        Numbers numbers = new Numbers(
                true,
                (byte) -1,
                (short) 2,
                3,
                4L,
                5.5f,
                6.5,
                'c',
                8,
                new BigDecimal("9.10"),
                OptionalInt.of(11),
                OptionalLong.empty(),
                OptionalDouble.of(12.5));
        assertThat(again(numbers)).isEqualTo(numbers);
        ValueSet set = ValueSet.from(numbers);
        assertThat(set.get("ol")).isNull();
        assertThat(set.toBuilder().put("i", 3L).putUInt8("l", 4).build().to(Numbers.class))
                .isEqualTo(numbers);
        assertMismatch(
                set.toBuilder().put("i", 1L << 40).build(),
                Numbers.class,
                "Numbers: i: expected=int, actual=INT64 1099511627776");
        assertMismatch(
                set.toBuilder().put("boxed", "x").build(),
                Numbers.class,
                "Numbers: boxed: expected=Integer, actual=STRING \"x\"");
        assertMismatch(
                set.toBuilder().put("od", "x").build(), Numbers.class, "Numbers: od: expected=double, actual=STRING");
    }

    @Test
    void arraysOfEverythingArrive() {
        Arrays2 arrays = new Arrays2(
                new int[][] {{1, 2}, {}},
                new Integer[] {1, null},
                new Side[] {Side.SELL},
                new LocalDate[] {LocalDate.EPOCH},
                new String[] {"a"},
                new byte[] {1});
        assertThat(again(arrays)).usingRecursiveComparison().isEqualTo(arrays);
        assertMismatch(
                ValueSet.of("grid", List.of(new int[0], List.of(1, "x"))),
                Arrays2.class,
                "Arrays2: grid[1][1]: expected=int, actual=STRING \"x\"");
    }

    @Test
    void genericRecordsKnowTheirArgumentsByAGenericType() {
        GenericType<Page<Leg>> type = new GenericType<>() {};
        Page<Leg> page = new Page<>(
                List.of(LEG), new Leg[] {LEG}, Optional.of(new Page<>(List.of(), new Leg[0], Optional.empty())));
        Page<Leg> arrived = overTheWire(ValueSet.from(page, type)).to(type);
        assertThat(arrived).usingRecursiveComparison().isEqualTo(page);
        assertThat(again(new Page<>(List.of("a", 1), new Object[0], Optional.empty()))
                        .items())
                .isEqualTo(List.of("a", 1));
        assertThatThrownBy(() -> ValueSet.from(page)).hasMessageContaining("Page: items: key \"items\":");
        Map<String, Integer> map = Map.of("a", 1);
        GenericType<Map<String, Integer>> ofMap = new GenericType<>() {};
        assertThat(ValueSet.from(map, ofMap)).isEqualTo(ValueSet.of("a", 1));
        assertThat(ValueSet.of("a", 1L).to(ofMap)).isEqualTo(map);
        assertThatThrownBy(TypedValuesTest::<String>ofAVariable)
                .hasMessageContaining("expected=a type without variables");
    }

    private static <T> Page<T> ofAVariable() {
        return ValueSet.empty().to(new GenericType<Page<T>>() {});
    }

    @Test
    void recordsThatContainThemselvesArrive() {
        Node tree = new Node("root", Set.of(new Node("a", Set.of(new Node("b", Set.of())))));
        assertThat(again(tree)).isEqualTo(tree);
        record Ring(Ring[] rings) {}
        Ring[] rings = new Ring[1];
        rings[0] = new Ring(rings);
        assertThatThrownBy(() -> ValueSet.from(rings[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit=32 levels");
    }

    @Test
    void aSealedInterfaceSaysWhichOfItsRecordsItIs() {
        assertThat(ValueSet.from(new Circle(1), Shape.class))
                .isEqualTo(ValueSet.of("$record", "Circle", "radius", 1.0));
        assertThat(ValueSet.from(new Square(1), Shape.class).get("$record")).isEqualTo("box");
        Shape arc = new Arc(new Circle(1), List.of(new Square(2), new Arc(new Circle(3), List.of())));
        assertThat(overTheWire(ValueSet.from(arc, Shape.class)).to(Shape.class)).isEqualTo(arc);
        assertThat(ValueSet.of("$record", "Circle", "radius", 2).to(Circle.class))
                .isEqualTo(new Circle(2));
        assertMismatch(
                ValueSet.of("$record", "Arc", "in", List.of(ValueSet.of("$record", "java.lang.String"))),
                Shape.class,
                "Shape: in[0]: Shape: key \"$record\": known=[Arc, Circle, box], actual=STRING \"java.lang.String\"");
        assertMismatch(ValueSet.of("radius", 1), Shape.class, "key \"$record\": known=[Arc, Circle, box], actual=none");
    }

    @Test
    void aGenericSealedInterfaceHandsItsArgumentsOn() {
        GenericType<Result<Leg>> type = new GenericType<>() {};
        Result<Leg> good = new Good<>(LEG);
        assertThat(ValueSet.from(good, type).to(type)).isEqualTo(good);
        assertThat(ValueSet.from(new Bad<>("no"), type).to(type)).isEqualTo(new Bad<>("no"));
    }

    @Test
    void typeArgumentsMayChangePlacesInsideTheirType() {
        GenericType<Pair<String, Integer>> type = new GenericType<>() {};
        Pair<String, Integer> innermost = new Pair<>("c", 3, Optional.empty());
        Pair<String, Integer> pair = new Pair<>("a", 1, Optional.of(new Pair<>(2, "b", Optional.of(innermost))));
        assertThat(overTheWire(ValueSet.from(pair, type)).to(type)).isEqualTo(pair);
    }

    @Test
    void aTypeThatContainsItselfWithEverOtherArgumentsIsRefused() {
        assertEndless(new GenericType<Growing<String>>() {}, "Growing.next: ");
        assertEndless(new GenericType<Even<String>>() {}, "Even.next: Odd.next: ");
        assertEndless(new GenericType<Nest<String>>() {}, "Egg.next: ");
    }

    private static void assertEndless(GenericType<?> type, String place) {
        ValueSet empty = ValueSet.empty();
        assertThatThrownBy(() -> empty.to(type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(place)
                .hasMessageEndingWith("a generic type must not contain itself with arguments that are made of its own");
    }

    @Test
    void aMismatchSaysWhere() {
        ValueSet leg = ValueSet.from(LEG);
        ValueSet wrong = leg.toBuilder().put("price", "high").build();
        assertMismatch(
                ValueSet.of("legs", List.of(leg, leg, wrong)),
                Order.class,
                "Order: legs[2].price: expected=double, actual=STRING \"high\"");
        assertMismatch(
                ValueSet.of("byName", ValueSet.of("a\n", wrong)),
                Order.class,
                "Order: byName[\"a\\u000a\"].price: expected");
        assertMismatch(
                ValueSet.of("spare", List.of(1)), Order.class, "Order: spare[0]: expected=record Leg, actual=INT32 1");
        assertMismatch(ValueSet.of("legs", "x"), Order.class, "Order: legs: expected=List, actual=STRING \"x\"");
        record Text(Object any, List<Map<String, String>> texts) {}
        assertThatThrownBy(() -> ValueSet.from(new Text(new Object(), List.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Text: any: key \"any\": java.lang.Object is not a value");
        assertThatThrownBy(() -> ValueSet.from(new Text(1, List.of(Map.of("", "x")))))
                .hasMessageContaining("Text: texts[0][\"\"]: key \"\": limit=1 to 255 chars");
        assertThatThrownBy(() -> ValueSet.from(new Text(1, List.of(Collections.singletonMap(null, "x")))))
                .hasMessageContaining("Text: texts[0]: a key of the map is null");
        assertThatThrownBy(() -> ValueSet.from(new Text(1, List.of(Map.of("a", "\ud800")))))
                .hasMessageContaining("Text: texts[0][\"a\"]: key \"a\": its text has a lone surrogate");
    }

    record Checked(int limit) {
        Checked {
            if (limit > 5) {
                throw new IllegalArgumentException("limit=5, actual=" + limit);
            }
        }
    }

    @Test
    void aRecordThatRefusesItsValuesIsAMismatch() {
        assertMismatch(
                ValueSet.of("limit", 6),
                Checked.class,
                "Checked: Checked: its constructor refuses: java.lang.IllegalArgumentException: limit=5, actual=6");
    }

    record Wide(
            @Nullable String a,
            String b,
            String c,
            String d,
            String e,
            String f,
            String g,
            String h,
            String i,
            int j) {}

    @Test
    void aRecordMayHaveManyComponents() {
        Wide wide = new Wide(null, "ü", "c", "d", "e", "f", "g", "h", "i", 10);
        assertThat(again(wide)).isEqualTo(wide);
        assertThat(ValueSet.from(wide).contains("a")).isTrue();
        assertThatThrownBy(() -> ValueSet.from(new Wide(null, "\udc00", "", "", "", "", "", "", "", 0)))
                .hasMessageContaining("Wide: b: key \"b\": its text has a lone surrogate");
    }

    private static void assertMismatch(ValueSet set, Class<?> type, String message) {
        assertThatThrownBy(() -> set.to(type))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.TYPE_MISMATCH))
                .hasMessageContaining(message);
    }

    @Test
    void moreComponentsThanAMethodHandleHasParametersAreRefused(@TempDir Path folder) throws Exception {
        String components = IntStream.range(0, 127).mapToObj(i -> "long c" + i).collect(Collectors.joining(", "));
        Path source = Files.writeString(folder.resolve("Wide.java"), "public record Wide(" + components + ") {}");
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", folder.toString(), source.toString()))
                .isZero();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            Class<?> wide = loader.loadClass("Wide");
            assertThatThrownBy(() -> ValueSet.empty().to(wide))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "Wide: components: limit=253, where a long or double counts twice, actual=254; put some into");
        }
    }
}
