package io.valise.ipc.spi.runtime;

import java.util.regex.Pattern;

/**
 * The characters of a text that control a terminal or end a line: those of Unicode's category Cc, U+2028 and U+2029. What a
 * peer or a file says is shown without them. Stateless.
 *
 * @since 0.1.0
 */
public final class ControlCharacters {
    private static final Pattern ANY = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private ControlCharacters() {}

    /** The text with each of them as its number, such as {@code \\u001b}. */
    public static String escaped(String text) {
        return ANY.matcher(text)
                .replaceAll(
                        found -> String.format("\\\\u%04x", (int) found.group().charAt(0)));
    }

    /** The text with a question mark for each of them. */
    public static String replaced(String text) {
        return ANY.matcher(text).replaceAll("?");
    }
}
