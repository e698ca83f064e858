package io.valise.ipc.internal.decode;

import io.valise.ipc.internal.cbor.HalfFloat;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;

/** Instants and durations: RFC 9581 (tags 1001, 1002) and RFC 8949 section 3.4.1 and 3.4.2 (tags 0, 1). Not thread-safe. */
final class TimeReader {
    private static final int FIXED_BYTES = 17;
    private static final int BASE_KEY = 1;

    private final ByteWindow window;
    private final ItemSkipper skipper;
    private final StringReader strings;
    private long seconds;
    private long nanos;

    TimeReader(ByteWindow window, StringReader strings) {
        this.window = window;
        this.strings = strings;
        skipper = new ItemSkipper(window, strings);
    }

    Instant instant() {
        readMap();
        return toInstant();
    }

    Duration duration() {
        readMap();
        return Duration.ofSeconds(seconds, nanos);
    }

    Instant epoch() {
        nanos = 0;
        readBase();
        return toInstant();
    }

    Instant dateText() {
        int head = window.head();
        if (head >>> 5 != 3) {
            throw TagReader.unexpected(window, head, "the text of a date");
        }
        int offset = window.offset();
        String text = strings.text(head);
        try {
            return DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from);
        } catch (DateTimeException notRfc3339) {
            throw ByteWindow.malformed(offset, "not a date and time of RFC 3339", notRfc3339);
        }
    }

    private Instant toInstant() {
        if (seconds < Instant.MIN.getEpochSecond() || seconds > Instant.MAX.getEpochSecond()) {
            throw window.malformed("seconds since 1970: limit=" + Instant.MAX.getEpochSecond() + ", actual=" + seconds);
        }
        return Instant.ofEpochSecond(seconds, nanos);
    }

    private void readMap() {
        window.prepare(FIXED_BYTES);
        if (!readFixed()) {
            readAnyMap();
        }
    }

    /** The form that our encoder writes: {1: 64 bits, -9: 32 bits}. What follows the window's end is judged by passed. */
    private boolean readFixed() {
        int from = window.at;
        boolean sameShape = (window.intBits() & 0xffff_df00) == 0xa201_1b00 && isNanos(from + 11);
        window.at = from;
        if (!sameShape) {
            return false;
        }
        long sign = -(window.bytes[from + 2] >> 5 & 1);
        window.at = from + 3;
        seconds = window.longBits() ^ sign;
        window.at = from + 13;
        nanos = window.intBits();
        window.passed();
        checkBelow(nanos, 1_000_000_000L);
        checkBase(sign);
        return true;
    }

    private boolean isNanos(int at) {
        return window.bytes[at] == 0x28 && window.bytes[at + 1] == 0x1a;
    }

    /** 64 bits of argument are more than a long holds: the sign of what was made of them must be the one that was told. */
    private void checkBase(long sign) {
        if (seconds >> 63 != sign) {
            throw window.malformed("seconds: limit=64 bits with sign, actual=more");
        }
    }

    private void readAnyMap() {
        int head = window.head();
        if (head >>> 5 != 5) {
            throw TagReader.unexpected(window, head, "a map of RFC 9581");
        }
        boolean indefinite = head == 0xbf;
        int left = indefinite ? Integer.MAX_VALUE : window.length(head, 2);
        boolean based = false;
        nanos = 0;
        for (; left > 0 && !(indefinite && window.atBreak()); left--) {
            based |= readEntry(based);
        }
        if (!based) {
            throw window.malformed("time without key 1");
        }
    }

    /** RFC 9581 section 3: an unknown unsigned key is critical, every other one may be left out. */
    private boolean readEntry(boolean based) {
        int head = window.head();
        if (head == BASE_KEY && !based) {
            readBaseKeepingNanos();
            return true;
        } else if (head >>> 5 == 0) {
            throw TagReader.unexpected(window, head, "key 1 once, -3, -6 or -9 of RFC 9581");
        }
        switch (head) {
            case 0x22 -> nanos = fraction(1_000) * 1_000_000;
            case 0x25 -> nanos = fraction(1_000_000) * 1_000;
            case 0x28 -> nanos = fraction(1_000_000_000);
            default -> {
                skipper.skip(head);
                skipper.skip();
            }
        }
        return false;
    }

    private void readBaseKeepingNanos() {
        long before = nanos;
        nanos = 0;
        readBase();
        nanos = nanos == 0 ? before : nanos;
    }

    private long fraction(long limit) {
        int head = window.head();
        if (head >>> 5 != 0) {
            throw TagReader.unexpected(window, head, "a fraction of a second");
        }
        return checkBelow(window.argument(head), limit);
    }

    private long checkBelow(long fraction, long limit) {
        if (fraction < 0 || fraction >= limit) {
            throw window.malformed("fraction of a second: limit=" + limit + ", actual=" + fraction);
        }
        return fraction;
    }

    private void readBase() {
        int head = window.head();
        if (head >>> 5 <= 1) {
            seconds = integer(head);
        } else if (head == 0xf9) {
            readFloat(HalfFloat.toFloat((short) window.argument(head)));
        } else if (head == 0xfa) {
            readFloat(Float.intBitsToFloat((int) window.argument(head)));
        } else if (head == 0xfb) {
            readFloat(Double.longBitsToDouble(window.argument(head)));
        } else {
            throw TagReader.unexpected(window, head, "a number of seconds");
        }
    }

    private void readFloat(double value) {
        double whole = Math.floor(value);
        if (!(Math.abs(whole) < 0x1p62)) {
            throw window.malformed("seconds: limit=2^62, actual=" + value);
        }
        seconds = (long) whole;
        nanos = Math.min((long) ((value - whole) * 1e9), 999_999_999L);
    }

    /** An integer that a long holds; its head was read. */
    long integer(int head) {
        if (head >>> 5 > 1) {
            throw TagReader.unexpected(window, head, "an integer");
        }
        long argument = window.argument(head);
        if (argument < 0) {
            throw window.malformed("integer: limit=64 bits with sign, actual=more");
        }
        return head >>> 5 == 0 ? argument : ~argument;
    }
}
