package io.valise.ipc.services.json;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.services.json.JsonTree.Digits;
import io.valise.ipc.services.json.JsonTree.Leaf;
import io.valise.ipc.services.json.JsonTree.Members;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** Reads single values whose type a tag names. Numbers may also be written as strings, as some programs must. */
final class Scalars {
    private Scalars() {}

    /** An integer between two bounds. */
    static BigInteger integer(JsonTree tree, BigInteger lowest, BigInteger highest) throws JsonFault {
        BigInteger value = integer(tree);
        if (value.compareTo(lowest) < 0 || value.compareTo(highest) > 0) {
            throw tree.fault("limit=" + lowest + " to " + highest + ", actual=" + JsonTree.excerpt(value.toString()));
        }
        return value;
    }

    static long integer(JsonTree tree, long lowest, long highest) throws JsonFault {
        return integer(tree, BigInteger.valueOf(lowest), BigInteger.valueOf(highest))
                .longValueExact();
    }

    static BigInteger integer(JsonTree tree) throws JsonFault {
        return number(tree, Numbers::integer);
    }

    static BigDecimal decimal(JsonTree tree) throws JsonFault {
        return number(tree, Numbers::decimal);
    }

    /** Also NaN, Infinity and -Infinity, as strings. */
    static double floating(JsonTree tree) throws JsonFault {
        return number(tree, Numbers::floating);
    }

    static float single(JsonTree tree) throws JsonFault {
        return number(tree, Numbers::single);
    }

    /** A string of one UTF-16 unit, or its number: half of a surrogate pair is no string. */
    static char character(JsonTree tree) throws JsonFault {
        if (tree instanceof Leaf leaf && leaf.value() instanceof String text && text.length() == 1) {
            return text.charAt(0);
        } else if (tree instanceof Digits) {
            return (char) integer(tree, Character.MIN_VALUE, Character.MAX_VALUE);
        }
        throw tree.expected("a string of one char");
    }

    static boolean bool(JsonTree tree) throws JsonFault {
        if (tree instanceof Leaf leaf && leaf.value() instanceof Boolean value) {
            return value;
        }
        throw tree.expected("true or false");
    }

    static String string(JsonTree tree) throws JsonFault {
        if (tree instanceof Leaf leaf && leaf.value() instanceof String text) {
            return text;
        }
        throw tree.expected("a string");
    }

    static Instant instant(JsonTree tree) throws JsonFault {
        return parsed(tree, string(tree), "a time such as 2030-01-31T12:00:00Z", Instant::parse);
    }

    static Duration duration(JsonTree tree) throws JsonFault {
        return parsed(tree, string(tree), "a duration such as PT1.5S", Duration::parse);
    }

    /** UUID.fromString accepts groups of any length and cuts them; this refuses any text but the full form. */
    static UUID uuid(JsonTree tree) throws JsonFault {
        String text = string(tree);
        UUID uuid = parsed(tree, text, "a UUID", UUID::fromString);
        if (!uuid.toString().equalsIgnoreCase(text)) {
            throw tree.fault("expected a UUID of 36 characters, actual=\"" + JsonTree.excerpt(text) + '"');
        }
        return uuid;
    }

    static Point point(JsonTree tree) throws JsonFault {
        return new Point(extent(tree, "x", 2), extent(tree, "y", 2));
    }

    static Size size(JsonTree tree) throws JsonFault {
        float width = extent(tree, "width", 2);
        float height = extent(tree, "height", 2);
        return built(tree, () -> new Size(width, height));
    }

    static Rect rect(JsonTree tree) throws JsonFault {
        float x = extent(tree, "x", 4);
        float y = extent(tree, "y", 4);
        float width = extent(tree, "width", 4);
        float height = extent(tree, "height", 4);
        return built(tree, () -> new Rect(x, y, width, height));
    }

    private static float extent(JsonTree tree, String member, int size) throws JsonFault {
        if (!(tree instanceof Members object)) {
            throw tree.expected("an object");
        }
        Map<String, JsonTree> members = object.members();
        JsonTree value = members.get(member);
        if (value == null || members.size() != size) {
            throw tree.fault("expected an object of " + size + " members with \"" + member + "\", actual keys="
                    + members.keySet());
        }
        return single(value);
    }

    private static String numberText(JsonTree tree) throws JsonFault {
        if (tree instanceof Digits digits) {
            return digits.text();
        } else if (tree instanceof Leaf leaf && leaf.value() instanceof String text) {
            return text;
        }
        throw tree.expected("a number");
    }

    private static <T> T number(JsonTree tree, Function<String, T> parse) throws JsonFault {
        String text = numberText(tree);
        try {
            return parse.apply(text);
        } catch (NumberFormatException e) {
            throw tree.fault(e.getMessage() + ", actual=\"" + JsonTree.excerpt(text) + '"');
        }
    }

    private static <T> T parsed(JsonTree tree, String text, String expected, Function<String, T> parse)
            throws JsonFault {
        try {
            return parse.apply(text);
        } catch (DateTimeException | IllegalArgumentException e) { // of Instant and Duration; of UUID
            throw tree.fault("expected " + expected + ", actual=\"" + JsonTree.excerpt(text) + '"');
        }
    }

    private static <T> T built(JsonTree tree, java.util.function.Supplier<T> constructor) throws JsonFault {
        try {
            return constructor.get();
        } catch (IllegalArgumentException e) {
            throw tree.fault(String.valueOf(e.getMessage()));
        }
    }
}
