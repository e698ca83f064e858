package io.valise.ipc.services.json;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.JsonTree.Digits;
import io.valise.ipc.services.json.JsonTree.Items;
import io.valise.ipc.services.json.JsonTree.Leaf;
import io.valise.ipc.services.json.JsonTree.Members;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts JSON to values; the rules are in {@link ValueSetJson}. */
final class ValueReader {
    static final String TYPE = "$type";
    static final String VALUE = "value";

    private ValueReader() {}

    /** The set that an object describes; a type tag at this level is a member like any other. */
    static ValueSet set(JsonTree tree) throws JsonFault {
        if (!(tree instanceof Members object)) {
            throw tree.expected("an object");
        }
        ValueSet.Builder builder = ValueSet.builder();
        for (Map.Entry<String, JsonTree> member : object.members().entrySet()) {
            put(builder, member.getKey(), member.getValue());
        }
        return builder.build();
    }

    /** The set with that one value. */
    static ValueSet member(String key, JsonTree tree) throws JsonFault {
        ValueSet.Builder builder = ValueSet.builder();
        put(builder, key, tree);
        return builder.build();
    }

    private static void put(ValueSet.Builder builder, String key, JsonTree tree) throws JsonFault {
        Object value = value(tree);
        try {
            if (value instanceof TypeTags.Unsigned unsigned) {
                putUnsigned(builder, key, unsigned);
            } else if (value instanceof TypeTags.Unsigneds unsigned) {
                putUnsigned(builder, key, unsigned);
            } else {
                builder.put(key, value);
            }
        } catch (IllegalArgumentException e) { // forbidden by the rules of ValueSet, such as an empty key
            throw tree.fault(String.valueOf(e.getMessage()));
        }
    }

    private static void putUnsigned(ValueSet.Builder builder, String key, TypeTags.Unsigned unsigned) {
        BigInteger value = unsigned.value();
        switch (unsigned.bits()) {
            case 8 -> builder.putUInt8(key, value.intValue());
            case 16 -> builder.putUInt16(key, value.intValue());
            case 32 -> builder.putUInt32(key, value.longValue());
            default -> builder.putUInt64(key, value);
        }
    }

    private static void putUnsigned(ValueSet.Builder builder, String key, TypeTags.Unsigneds unsigned) {
        List<BigInteger> values = unsigned.values();
        switch (unsigned.bits()) {
            case 16 ->
                builder.putUInt16Array(
                        key, values.stream().mapToInt(BigInteger::intValue).toArray());
            case 32 ->
                builder.putUInt32Array(
                        key, values.stream().mapToLong(BigInteger::longValue).toArray());
            default -> builder.putUInt64Array(key, values.toArray(BigInteger[]::new));
        }
    }

    private static @Nullable Object value(JsonTree tree) throws JsonFault {
        if (tree instanceof Leaf leaf) {
            return leaf.value();
        } else if (tree instanceof Digits digits) {
            return number(digits);
        } else if (tree instanceof Items items) {
            return HomogeneousArrays.of(list(items));
        }
        Members object = (Members) tree;
        JsonTree tag = object.members().get(TYPE);
        return tag == null ? set(object) : tagged(object, tag);
    }

    private static Number number(Digits digits) throws JsonFault {
        return digits.integer() ? narrowest(Scalars.integer(digits)) : doubleIfSame(digits);
    }

    private static Number narrowest(BigInteger value) {
        if (value.bitLength() > 63) {
            return value;
        }
        long narrow = value.longValue();
        return narrow == (int) narrow ? (Number) (int) narrow : (Number) narrow;
    }

    /** A double when it prints as the same number, else all the digits. */
    private static Number doubleIfSame(Digits digits) throws JsonFault {
        BigDecimal exact = Scalars.decimal(digits);
        double value = Double.parseDouble(digits.text());
        return Double.isFinite(value) && new BigDecimal(Double.toString(value)).compareTo(exact) == 0 ? value : exact;
    }

    private static List<@Nullable Object> list(Items items) throws JsonFault {
        List<@Nullable Object> list = new ArrayList<>();
        for (JsonTree item : items.items()) {
            Object value = value(item);
            if (value instanceof TypeTags.Unsigned || value instanceof TypeTags.Unsigneds) {
                throw item.fault("unsigned numbers and their arrays are values of keys only; in an array write the next"
                        + " wider type");
            }
            list.add(value);
        }
        return list;
    }

    private static Object tagged(Members object, JsonTree tag) throws JsonFault {
        JsonTree value = object.members().get(VALUE);
        if (value == null || object.members().size() != 2) {
            throw object.fault("an object with \"$type\" has \"value\" and nothing else, actual keys="
                    + object.members().keySet() + "; if it is no type tag, wrap it as $type \"valueset\"");
        }
        return switch (Scalars.string(tag)) {
            case TypeTags.LIST -> items(value);
            case TypeTags.VALUE_SET -> set(value);
            default -> TypeTags.read(tag, value);
        };
    }

    private static Object items(JsonTree value) throws JsonFault {
        if (value instanceof Items items) {
            return list(items);
        }
        throw value.expected("an array");
    }
}
