package io.valise.ipc.spi.mapping;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.value.NestingDepth;
import io.valise.ipc.internal.value.ValueSetAccess;
import org.jspecify.annotations.Nullable;

/**
 * A value that is not of the declared type, or cannot be sent. Each record, list and map on its way adds where the value was:
 * {@code legs[2].price}. Used by one thread.
 */
public final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String problem;
    private String path = "";

    private Mismatch(String problem, @Nullable Throwable cause) {
        super(problem, cause, false, false);
        this.problem = problem;
    }

    /** Something else arrived. */
    public static Mismatch of(String expected, @Nullable Object form) {
        return because(
                "expected=" + expected + ", actual=" + ValueSetAccess.get().describe(form));
    }

    static Mismatch because(String problem) {
        return new Mismatch(problem, null);
    }

    /** Something else is wrong with the value, as an exception says. */
    public static Mismatch because(@Nullable String problem, Throwable cause) {
        return new Mismatch(String.valueOf(problem), cause);
    }

    /** A value at this level may contain others, but not endlessly. */
    static void checkLevel(int level) {
        if (level > NestingDepth.LIMIT) {
            throw because("nested records, lists and maps: limit=" + NestingDepth.LIMIT
                    + " levels, actual=more; flatten the value, or break its cycle");
        }
    }

    /** A value that a ValueSet refuses, for the reason that it gives. */
    static void checkForm(String key, @Nullable Object form) {
        try {
            ValueSet.of(key, form);
        } catch (IllegalArgumentException e) {
            throw because(e.getMessage(), e).in(key);
        }
    }

    Mismatch in(String component) {
        path = join(component);
        return this;
    }

    Mismatch at(int index) {
        path = join("[" + index + "]");
        return this;
    }

    Mismatch atKey(String key) {
        path = join("[" + ValueSetAccess.get().quote(key) + "]");
        return this;
    }

    private String join(String outer) {
        return path.isEmpty() || path.startsWith("[") ? outer + path : outer + '.' + path;
    }

    private String text(String place) {
        return place + ": " + (path.isEmpty() ? "" : path + ": ") + problem;
    }

    /** The exception for the reader of a message, with the type or the method that was read for. */
    public IpcException received(String place) {
        return new IpcException(IpcStatus.TYPE_MISMATCH, text(place), getCause());
    }

    /** The exception for the sender of a message. */
    public IllegalArgumentException sent(String place) {
        return new IllegalArgumentException(text(place), getCause());
    }
}
