package io.valise.ipc.internal.cbor;

import java.nio.charset.StandardCharsets;

/** Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
public final class Utf8 {
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private Utf8() {}

    /** The text of bytes that {@link #firstInvalid} accepts, given whether they are ASCII. */
    @SuppressWarnings("deprecation") // the constructor from bytes of one char each is a plain copy
    public static String text(byte[] bytes, int from, int length, boolean ascii) {
        return ascii ? new String(bytes, 0, from, length) : new String(bytes, from, length, StandardCharsets.UTF_8);
    }

    public static boolean isAscii(byte[] bytes, int from, int to) {
        int i = from;
        for (; i + 8 <= to; i += 8) {
            if ((BigEndian.getLong(bytes, i) & HIGH_BITS) != 0) {
                return false;
            }
        }
        int bits = 0;
        for (; i < to; i++) {
            bits |= bytes[i];
        }
        return bits >= 0;
    }

    /** The index of the first byte that is no part of valid UTF-8, or -1. */
    public static int firstInvalid(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            int length = sequence(bytes, i, to);
            if (length == 0) {
                return i;
            }
            i += length;
        }
        return -1;
    }

    /** The length of the valid sequence at i, or 0. */
    private static int sequence(byte[] bytes, int i, int to) {
        int first = bytes[i] & 0xff;
        if (first < 0x80) {
            return 1;
        } else if (first < 0xc2) {
            return 0;
        } else if (first < 0xe0) {
            return continues(bytes, i + 1, to, 0x80, 0xbf) ? 2 : 0;
        } else if (first < 0xf0) {
            int low = first == 0xe0 ? 0xa0 : 0x80;
            int high = first == 0xed ? 0x9f : 0xbf;
            return continues(bytes, i + 1, to, low, high) && continues(bytes, i + 2, to, 0x80, 0xbf) ? 3 : 0;
        }
        return first < 0xf5 && isFour(bytes, i, to, first) ? 4 : 0;
    }

    private static boolean isFour(byte[] bytes, int i, int to, int first) {
        int low = first == 0xf0 ? 0x90 : 0x80;
        int high = first == 0xf4 ? 0x8f : 0xbf;
        return continues(bytes, i + 1, to, low, high)
                && continues(bytes, i + 2, to, 0x80, 0xbf)
                && continues(bytes, i + 3, to, 0x80, 0xbf);
    }

    private static boolean continues(byte[] bytes, int i, int to, int low, int high) {
        return i < to && (bytes[i] & 0xff) >= low && (bytes[i] & 0xff) <= high;
    }
}
