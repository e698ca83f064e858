package io.valise.ipc.cli.option;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations such as 250ms, 1.5s, 2m, 5 (seconds) and PT1.5S. Immutable. */
public final class DurationConverter implements ITypeConverter<Duration> {
    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(us|ms|s|m|h|)");

    /** Its nanoseconds fit a long. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    @Override
    public Duration convert(String text) {
        Duration given = parse(text);
        if (given.compareTo(LONGEST) > 0 || given.compareTo(LONGEST.negated()) < 0) {
            throw new TypeConversionException("duration: limit=" + LONGEST.toHours() + "h, actual=\"" + text + '"');
        }
        return given;
    }

    private static Duration parse(String text) {
        Matcher amount = AMOUNT.matcher(text);
        if (amount.matches()) {
            BigDecimal nanos = new BigDecimal(amount.group(1)).multiply(nanosOf(amount.group(2)));
            BigDecimal[] parts = nanos.divideAndRemainder(BigDecimal.valueOf(1_000_000_000));
            return Duration.ofSeconds(parts[0].longValue(), parts[1].longValue());
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(
                    "expected a duration such as 250ms, 1.5s, 2m or PT1.5S, actual=\"" + text + '"');
        }
    }

    private static BigDecimal nanosOf(String unit) {
        return BigDecimal.valueOf(
                switch (unit) {
                    case "us" -> 1_000L;
                    case "ms" -> 1_000_000L;
                    case "m" -> 60_000_000_000L;
                    case "h" -> 3_600_000_000_000L;
                    default -> 1_000_000_000L;
                });
    }
}
