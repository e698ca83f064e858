package io.valise.ipc.services.json;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.ValueType;
import io.valise.ipc.services.json.JsonTree.Items;
import io.valise.ipc.services.json.JsonTree.Leaf;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The names of types in JSON, as in <code>{"$type": "instant", "value": "…"}</code>, and how their values are read. */
final class TypeTags {
    static final String LIST = "list";
    static final String VALUE_SET = "valueset";

    private static final String BYTES = "bytes";
    private static final String ARRAY = "[]";
    private static final Map<String, Scalar> SCALARS = new TreeMap<>();
    private static final Map<String, Integer> UNSIGNED =
            new TreeMap<>(Map.of("uint8", 8, "uint16", 16, "uint32", 32, "uint64", 64));
    private static final Map<ValueType, String> NAMES = new EnumMap<>(ValueType.class);

    /** How one type is read, and the element type of its arrays. */
    private record Scalar(Class<?> element, Reading reading) {}

    /** Reads a single value. */
    @FunctionalInterface
    private interface Reading {
        Object read(JsonTree tree) throws JsonFault;
    }

    /** An unsigned number on its way into a ValueSet, where it has a method of its own. */
    record Unsigned(int bits, BigInteger value) {
        static Unsigned read(int bits, JsonTree tree) throws JsonFault {
            BigInteger highest = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
            return new Unsigned(bits, Scalars.integer(tree, BigInteger.ZERO, highest));
        }
    }

    /** An array of unsigned numbers, likewise. */
    record Unsigneds(int bits, List<BigInteger> values) {
        static Unsigneds read(int bits, JsonTree tree) throws JsonFault {
            List<BigInteger> values = new ArrayList<>();
            for (JsonTree item : items(tree)) {
                values.add(Unsigned.read(bits, item).value);
            }
            return new Unsigneds(bits, values);
        }
    }

    static {
        scalar("byte", ValueType.INT8, byte.class, tree ->
                (byte) Scalars.integer(tree, Byte.MIN_VALUE, Byte.MAX_VALUE));
        scalar("short", ValueType.INT16, short.class, tree ->
                (short) Scalars.integer(tree, Short.MIN_VALUE, Short.MAX_VALUE));
        scalar("int", ValueType.INT32, int.class, tree ->
                (int) Scalars.integer(tree, Integer.MIN_VALUE, Integer.MAX_VALUE));
        scalar("long", ValueType.INT64, long.class, tree -> Scalars.integer(tree, Long.MIN_VALUE, Long.MAX_VALUE));
        scalar("float", ValueType.SINGLE, float.class, Scalars::single);
        scalar("double", ValueType.DOUBLE, double.class, Scalars::floating);
        scalar("char", ValueType.CHAR16, char.class, Scalars::character);
        scalar("boolean", ValueType.BOOLEAN, boolean.class, Scalars::bool);
        scalar("string", ValueType.STRING, String.class, Scalars::string);
        scalar("instant", ValueType.DATE_TIME, Instant.class, Scalars::instant);
        scalar("duration", ValueType.TIME_SPAN, Duration.class, Scalars::duration);
        scalar("uuid", ValueType.GUID, UUID.class, Scalars::uuid);
        scalar("point", ValueType.POINT, Point.class, Scalars::point);
        scalar("size", ValueType.SIZE, Size.class, Scalars::size);
        scalar("rect", ValueType.RECT, Rect.class, Scalars::rect);
        scalar("biginteger", ValueType.BIG_INTEGER, BigInteger.class, Scalars::integer);
        scalar("bigdecimal", ValueType.BIG_DECIMAL, BigDecimal.class, Scalars::decimal);
        UNSIGNED.keySet().forEach(name -> named(ValueType.valueOf(name.toUpperCase(Locale.ROOT)), name));
        NAMES.put(ValueType.UINT8_ARRAY, BYTES);
        NAMES.put(ValueType.LIST, LIST);
        NAMES.put(ValueType.VALUE_SET, VALUE_SET);
    }

    private TypeTags() {}

    private static void scalar(String name, ValueType type, Class<?> element, Reading reading) {
        SCALARS.put(name, new Scalar(element, reading));
        named(type, name);
    }

    private static void named(ValueType type, String name) {
        NAMES.put(type, name);
        if (type != ValueType.INT8) { // there is one array of bytes, that of octets
            NAMES.put(ValueType.ofNumber(0x400 + type.number()), name + ARRAY);
        }
    }

    /** The name of a type. */
    static String nameOf(ValueType type) {
        String name = NAMES.get(type);
        if (name == null) {
            throw new IllegalStateException(type + " has no name in JSON"); // null alone, which needs none
        }
        return name;
    }

    /** Reads a value of the type that {@code tag} names, {@link #LIST} and {@link #VALUE_SET} excepted. */
    static Object read(JsonTree tag, JsonTree value) throws JsonFault {
        String name = Scalars.string(tag);
        boolean array = name.endsWith(ARRAY);
        String element = array ? name.substring(0, name.length() - ARRAY.length()) : name;
        Integer bits = UNSIGNED.get(element);
        Scalar scalar = SCALARS.get(element);
        if (bits != null && !(array && bits == Byte.SIZE)) {
            return array ? Unsigneds.read(bits, value) : Unsigned.read(bits, value);
        } else if (scalar != null) {
            return array ? array(scalar, value) : scalar.reading.read(value);
        } else if (name.equals(BYTES)) {
            return bytes(value);
        }
        throw tag.fault("$type: expected one of " + SCALARS.keySet() + ' ' + UNSIGNED.keySet()
                + ", these with [] (but uint8), bytes, list, valueset; actual=\"" + JsonTree.excerpt(name) + '"');
    }

    private static Object array(Scalar scalar, JsonTree value) throws JsonFault {
        if (scalar.element == char.class && value instanceof Leaf) {
            return Scalars.string(value).toCharArray();
        }
        return array(scalar, items(value));
    }

    private static List<JsonTree> items(JsonTree value) throws JsonFault {
        if (value instanceof Items items) {
            return items.items();
        }
        throw value.expected("an array");
    }

    private static Object array(Scalar scalar, List<JsonTree> items) throws JsonFault {
        Object array = Array.newInstance(scalar.element, items.size());
        for (int i = 0; i < items.size(); i++) {
            Array.set(array, i, scalar.reading.read(items.get(i)));
        }
        return array;
    }

    private static byte[] bytes(JsonTree value) throws JsonFault {
        try {
            return Base64.getDecoder().decode(Scalars.string(value));
        } catch (IllegalArgumentException e) {
            throw value.fault("expected base64 (RFC 4648): " + e.getMessage());
        }
    }
}
