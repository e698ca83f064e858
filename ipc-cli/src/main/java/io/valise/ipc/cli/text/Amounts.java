package io.valise.ipc.cli.text;

import java.time.Duration;
import java.util.Locale;

/** Formats amounts for reading. Stateless. */
public final class Amounts {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Amounts() {}

    /** Bytes in the unit that leaves at most four digits before the point. */
    public static String bytes(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
    }

    /** Nanoseconds as microseconds. */
    public static String micros(long nanos) {
        double micros = nanos / 1_000.0;
        return String.format(Locale.ROOT, micros < 100 ? "%.2f µs" : "%,.0f µs", micros);
    }

    /** Nanoseconds as milliseconds. */
    public static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.1f ms", nanos / 1_000_000.0);
    }

    /** A part of 1 as percents. */
    public static String percent(double part) {
        return String.format(Locale.ROOT, "%.0f%%", 100 * part);
    }

    /** A number with a comma after each three digits. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** A span of time in its two largest units, such as 3h 12m. */
    public static String span(Duration span) {
        long seconds = span.toSeconds();
        if (seconds < 60) {
            return seconds + "s";
        } else if (seconds < 3_600) {
            return seconds / 60 + "m " + seconds % 60 + "s";
        }
        return seconds < 86_400
                ? seconds / 3_600 + "h " + seconds / 60 % 60 + "m"
                : seconds / 86_400 + "d " + seconds / 3_600 % 24 + "h";
    }
}
