package io.valise.ipc.services.json;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as it was written: numbers still as text, each part with its line and column, counted from 1. Immutable. */
sealed interface JsonTree {
    /** Where the part begins. */
    Place place();

    /** How an error message calls the part. */
    String kind();

    /** A place in the text, both from 1. */
    record Place(int line, int column) {}

    /** A string, true, false or null. */
    record Leaf(@Nullable Object value, Place place) implements JsonTree {
        @Override
        public String kind() {
            return value == null ? "null" : value instanceof String ? "a string" : "a boolean";
        }
    }

    /** A number; {@code integer} when it has neither fraction nor exponent. */
    record Digits(String text, boolean integer, Place place) implements JsonTree {
        @Override
        public String kind() {
            return "the number " + excerpt(text);
        }
    }

    /** An array. */
    record Items(List<JsonTree> items, Place place) implements JsonTree {
        @Override
        public String kind() {
            return "an array";
        }
    }

    /** An object, its members in their order. */
    record Members(Map<String, JsonTree> members, Place place) implements JsonTree {
        @Override
        public String kind() {
            return "an object";
        }
    }

    /** A text, shortened for an error message. */
    static String excerpt(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    /** The error that something is wrong with this part. */
    default JsonFault fault(String what) {
        return new JsonFault(place().line(), place().column(), what);
    }

    /** The error that this part should have been something else. */
    default JsonFault expected(String what) {
        return fault("expected " + what + ", actual=" + kind());
    }
}
