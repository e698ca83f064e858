package io.valise.ipc.cli.option;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers that an option takes within limits; the error for another number names the limits. Immutable. */
public abstract class WholeNumber implements ITypeConverter<Integer> {
    /** The longest message that can be made. */
    private static final int MOST_BYTES = 1 << 30;

    private final int least;
    private final int most;

    private WholeNumber(int least, int most) {
        this.least = least;
        this.most = most;
    }

    @Override
    public final Integer convert(String text) {
        try {
            int given = Integer.parseInt(text);
            if (least <= given && given <= most) {
                return given;
            }
        } catch (NumberFormatException e) {
            throw refusal(text, e);
        }
        throw refusal(text, null);
    }

    private TypeConversionException refusal(String text, @Nullable Throwable cause) {
        String upTo = most == Integer.MAX_VALUE ? " or more" : " to " + most;
        TypeConversionException refusal = new TypeConversionException("limit=" + least + upTo + ", actual=" + text);
        refusal.initCause(cause);
        return refusal;
    }

    /** How often, at least once. */
    public static final class FromOne extends WholeNumber {
        FromOne() {
            super(1, Integer.MAX_VALUE);
        }
    }

    /** How often; may be zero. */
    public static final class FromZero extends WholeNumber {
        FromZero() {
            super(0, Integer.MAX_VALUE);
        }
    }

    /** How many bytes of a message. */
    public static final class Bytes extends WholeNumber {
        Bytes() {
            super(0, MOST_BYTES);
        }
    }
}
