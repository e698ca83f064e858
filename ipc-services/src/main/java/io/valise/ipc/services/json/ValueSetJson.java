package io.valise.ipc.services.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import io.valise.ipc.ValueSet;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/**
 * ValueSets as JSON (RFC 8259). Thread-safe.
 *
 * <p><b>Reading.</b> An object is a ValueSet, an integer an Integer, Long or BigInteger, whichever is the narrowest
 * that holds it; a number with a fraction or exponent a Double, or a BigDecimal when a Double would lose digits; null
 * an explicit null. An array is int[], long[], double[], boolean[] or String[] when all its elements are such, else,
 * and when empty, a List. Every type can be named by a tag in the place of the value:
 *
 * <pre>{@code {"at": {"$type": "instant", "value": "2030-01-31T12:00:00Z"}}}</pre>
 *
 * where the type is byte, short, int, long, float, double, char, boolean, string, instant (ISO 8601), duration (ISO 8601),
 * uuid, point, size, rect, biginteger, bigdecimal, uint8, uint16, uint32, uint64; one of these but uint8 with [] for an
 * array; bytes (base64); list; or valueset (an object in which "$type" is a key like any other). The message itself is
 * never a tag.
 *
 * <p><b>Writing</b> has two forms. {@link #write Plain} is for display and for programs that know the types: a value
 * that JSON cannot represent becomes the string or object of the tag's value (bytes in base64, NaN as "NaN", a char
 * that is half of a surrogate pair its number). {@link #writeTyped Typed} puts tags where reading would make another
 * type of the plain form, and so gives back exactly the same ValueSet. Both escape all control characters and line
 * separators of texts, so that neither reaches a terminal.
 *
 * @since 0.1.0
 */
public final class ValueSetJson {
    private static final JsonFactory JSON = new JsonFactory();
    /** What JSON allows as it is; the characters below U+0020 are escaped by its rules. */
    private static final Pattern CONTROL = Pattern.compile("[\\u007f-\\u009f\\u2028\\u2029]");

    private ValueSetJson() {}

    /**
     * Reads one object.
     *
     * @throws JsonFault when the text is not JSON, not an object, or describes no ValueSet; with line and column
     */
    public static ValueSet read(String text) throws JsonFault {
        return ValueReader.set(JsonTreeReader.read(text));
    }

    /**
     * Reads one object from the bytes of a file or a stream, which must be UTF-8 without a byte order mark.
     *
     * @throws JsonFault as {@link #read(String)}, and when the bytes are not UTF-8
     */
    public static ValueSet read(byte[] utf8) throws JsonFault {
        return read(Utf8.decode(utf8));
    }

    /**
     * Reads one value of any kind, as the member of a set that has no other.
     *
     * @throws JsonFault as {@link #read(String)}
     */
    public static ValueSet readMember(String key, String text) throws JsonFault {
        return ValueReader.member(key, JsonTreeReader.read(text));
    }

    /** Writes the value of one key alone, without tags, on one line. */
    public static String writeMember(ValueSet set, String key) {
        return write(false, writer -> writer.member(set, key), false);
    }

    /** Writes without tags, on one line. */
    public static String write(ValueSet set) {
        return write(set, false, false);
    }

    /** Writes without tags, indented for reading. */
    public static String writeIndented(ValueSet set) {
        return write(set, false, true);
    }

    /** Writes with the tags that {@link #read(String)} needs, on one line or indented. */
    public static String writeTyped(ValueSet set, boolean indented) {
        return write(set, true, indented);
    }

    private static String write(ValueSet set, boolean typed, boolean indented) {
        return write(typed, writer -> writer.set(set), indented);
    }

    private static String write(boolean typed, Writing what, boolean indented) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            if (indented) {
                generator.setPrettyPrinter(indentation());
            }
            what.with(new ValueWriter(generator, typed));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter does not fail
        }
        return escaped(text.toString());
    }

    /** Without the characters that control a terminal or end a line; outside texts the JSON here has none of them. */
    private static String escaped(String json) {
        return CONTROL.matcher(json)
                .replaceAll(
                        found -> String.format("\\\\u%04x", (int) found.group().charAt(0)));
    }

    /** The text written. */
    @FunctionalInterface
    private interface Writing {
        void with(ValueWriter writer) throws IOException;
    }

    private static DefaultPrettyPrinter indentation() {
        Separators colonThenSpace =
                Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER);
        return new DefaultPrettyPrinter(colonThenSpace);
    }
}
