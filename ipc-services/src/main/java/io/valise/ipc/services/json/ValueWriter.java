package io.valise.ipc.services.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import java.io.IOException;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes values as JSON; the rules are in {@link ValueSetJson}. Confined to one thread. */
final class ValueWriter {

    private final JsonGenerator json;
    private final boolean typed;

    ValueWriter(JsonGenerator json, boolean typed) {
        this.json = json;
        this.typed = typed;
    }

    void set(ValueSet set) throws IOException {
        json.writeStartObject();
        for (String key : set.keys()) {
            json.writeFieldName(key);
            member(set, key);
        }
        json.writeEndObject();
    }

    void member(ValueSet set, String key) throws IOException {
        value(set.get(key), set.type(key));
    }

    private void value(@Nullable Object value, ValueType type) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (typed && !isReadBack(value, type)) {
            json.writeStartObject();
            json.writeStringField(ValueReader.TYPE, TypeTags.nameOf(type));
            json.writeFieldName(ValueReader.VALUE);
            plain(value);
            json.writeEndObject();
        } else {
            plain(value);
        }
    }

    /** Whether the plain form keeps the type: {@link ValueReader} makes the same value of it. */
    private static boolean isReadBack(Object value, ValueType type) {
        return switch (type) {
            case BOOLEAN, STRING, INT32 -> true;
            case DOUBLE -> Double.isFinite((Double) value);
            case INT64 -> !fitsInt((Long) value);
            case BIG_INTEGER -> ((BigInteger) value).bitLength() > 63;
            case VALUE_SET -> !((ValueSet) value).contains(ValueReader.TYPE);
            case LIST -> !HomogeneousArrays.apply((List<?>) value);
            case INT32_ARRAY, BOOLEAN_ARRAY, STRING_ARRAY -> Array.getLength(value) > 0;
            case INT64_ARRAY -> !java.util.Arrays.stream((long[]) value).allMatch(ValueWriter::fitsInt);
            case DOUBLE_ARRAY -> isReadBack((double[]) value);
            default -> false;
        };
    }

    private static boolean isReadBack(double[] array) {
        return array.length > 0 && java.util.Arrays.stream(array).allMatch(Double::isFinite);
    }

    private static boolean fitsInt(long value) {
        return value == (int) value;
    }

    private void plain(Object value) throws IOException {
        if (value instanceof Number number) {
            number(number);
        } else if (value instanceof Boolean bool) {
            json.writeBoolean(bool);
        } else if (value instanceof Character character) {
            character(character);
        } else if (value instanceof ValueSet set) {
            set(set);
        } else if (value instanceof List<?> list) {
            list(list);
        } else if (value.getClass().isArray()) {
            array(value);
        } else {
            textOrShape(value);
        }
    }

    private void number(Number number) throws IOException {
        if (number instanceof BigDecimal decimal) {
            json.writeNumber(decimal);
        } else if (number instanceof BigInteger integer) {
            json.writeNumber(integer);
        } else if (number instanceof Double value) {
            json.writeNumber(value);
        } else if (number instanceof Float value) {
            json.writeNumber(value);
        } else {
            json.writeNumber(number.longValue());
        }
    }

    private void character(char character) throws IOException {
        if (Character.isSurrogate(character)) {
            json.writeNumber((int) character);
        } else {
            json.writeString(String.valueOf(character));
        }
    }

    private void textOrShape(Object value) throws IOException {
        if (value instanceof Point point) {
            shape("x", point.x(), "y", point.y());
        } else if (value instanceof Size size) {
            shape("width", size.width(), "height", size.height());
        } else if (value instanceof Rect rect) {
            shape("x", rect.x(), "y", rect.y(), "width", rect.width(), "height", rect.height());
        } else {
            json.writeString(value.toString()); // String, Instant, Duration, UUID
        }
    }

    private void shape(Object... pairs) throws IOException {
        json.writeStartObject();
        for (int i = 0; i < pairs.length; i += 2) {
            json.writeFieldName((String) pairs[i]);
            json.writeNumber((Float) pairs[i + 1]);
        }
        json.writeEndObject();
    }

    private void list(List<?> list) throws IOException {
        json.writeStartArray();
        for (Object item : list) {
            value(item, ValueSet.of("item", item).type("item"));
        }
        json.writeEndArray();
    }

    private void array(Object array) throws IOException {
        if (array instanceof byte[] bytes) {
            json.writeBinary(bytes);
        } else if (array instanceof char[] chars && isText(chars)) {
            json.writeString(new String(chars));
        } else {
            json.writeStartArray();
            for (int i = 0; i < Array.getLength(array); i++) {
                plain(Array.get(array, i));
            }
            json.writeEndArray();
        }
    }

    private static boolean isText(char[] chars) {
        for (char c : chars) {
            if (Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }
}
