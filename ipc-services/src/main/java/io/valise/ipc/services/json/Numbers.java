package io.valise.ipc.services.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Converts text to numbers in time and memory proportional to the length of the text. Each method takes decimal digits
 * only, and throws a {@link NumberFormatException} whose message says what was expected. Stateless.
 */
final class Numbers {
    /** The longest text of a number, in characters. */
    static final int MOST_CHARACTERS = 100_000;

    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]++");
    private static final Pattern NUMBER = Pattern.compile("([+-]?)([0-9]++)(?:\\.([0-9]++))?(?:[eE]([+-]?)([0-9]++))?");
    private static final Pattern LEADING_ZEROS = Pattern.compile("^0++");
    /** An exponent of more digits is beyond every limit, however long the fraction is. */
    private static final int MOST_EXPONENT_DIGITS = 15;
    /** {@link BigInteger#BigInteger(String)} takes time that grows with the square of the length. */
    private static final int SPLIT_FROM = 1_000;

    private Numbers() {}

    static BigInteger integer(String text) {
        checkLength(text);
        if (!INTEGER.matcher(text).matches()) {
            throw new NumberFormatException("expected an integer");
        }
        boolean signed = !Character.isDigit(text.charAt(0));
        BigInteger magnitude = digits(text, signed ? 1 : 0, text.length());
        return text.charAt(0) == '-' ? magnitude.negate() : magnitude;
    }

    /** All its digits are kept. The exponent that the digits without a point have is from -2147483647 to 2147483647. */
    static BigDecimal decimal(String text) {
        Matcher parts = number(text);
        String fraction = parts.group(3) == null ? "" : parts.group(3);
        String digits = parts.group(2) + fraction;
        BigInteger magnitude = digits(digits, 0, digits.length());
        long scale = fraction.length() - exponent(parts);
        if (Math.abs(scale) > Integer.MAX_VALUE) {
            throw new NumberFormatException("expected an exponent of -2147483647 to 2147483647");
        }
        return new BigDecimal(parts.group(1).equals("-") ? magnitude.negate() : magnitude, (int) scale);
    }

    private static long exponent(Matcher parts) {
        String digits = parts.group(5);
        if (digits == null) {
            return 0;
        }
        String significant = LEADING_ZEROS.matcher(digits).replaceFirst("");
        long magnitude =
                significant.length() > MOST_EXPONENT_DIGITS ? Long.MAX_VALUE / 2 : Long.parseLong('0' + significant);
        return parts.group(4).equals("-") ? -magnitude : magnitude;
    }

    /** The nearest double; NaN, Infinity and -Infinity are themselves, and no other text becomes infinite. */
    static double floating(String text) {
        double value = isSpecial(text)
                ? Double.parseDouble(text)
                : Double.parseDouble(number(text).group());
        if (Double.isInfinite(value) && !isSpecial(text)) {
            throw new NumberFormatException("limit=" + Double.MAX_VALUE + " either side of 0 for a double");
        }
        return value;
    }

    /** The nearest float, as {@link #floating}. */
    static float single(String text) {
        float value = isSpecial(text)
                ? Float.parseFloat(text)
                : Float.parseFloat(number(text).group());
        if (Float.isInfinite(value) && !isSpecial(text)) {
            throw new NumberFormatException("limit=" + Float.MAX_VALUE + " either side of 0 for a float");
        }
        return value;
    }

    private static boolean isSpecial(String text) {
        return text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
    }

    private static Matcher number(String text) {
        checkLength(text);
        Matcher parts = NUMBER.matcher(text);
        if (!parts.matches()) {
            throw new NumberFormatException("expected a number");
        }
        return parts;
    }

    private static void checkLength(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new NumberFormatException(
                    "number: limit=" + MOST_CHARACTERS + " characters, actual length=" + text.length());
        }
    }

    private static BigInteger digits(String text, int from, int to) {
        if (to - from < SPLIT_FROM) {
            return new BigInteger(text.substring(from, to));
        }
        int middle = from + (to - from) / 2;
        BigInteger high = digits(text, from, middle);
        return high.multiply(BigInteger.TEN.pow(to - middle)).add(digits(text, middle, to));
    }
}
