package io.valise.ipc.internal.codec;

import java.nio.ByteBuffer;

/** Strings as CBOR text (major type 3): UTF-8, definite length, no allocation. Strings are known to be valid Unicode. */
final class TextWriter {
    private static final long NOT_ASCII = 0xff80_ff80_ff80_ff80L;

    private TextWriter() {}

    static int text(ByteBuffer dst, int at, String text) {
        int length = text.length();
        int start = at + HeadWriter.headSize(length);
        int end = ascii(dst, start, text, 0, length);
        if (end == start + length) {
            HeadWriter.head(dst, at, HeadWriter.TEXT, length);
            return end;
        }
        start = HeadWriter.head(dst, at, HeadWriter.TEXT, (int) utf8Length(text));
        return utf8(dst, start, text);
    }

    /** Writes chars up to the first one that is not ASCII, eight at a time; answers the index behind the last written. */
    private static int ascii(ByteBuffer dst, int at, String text, int from, int to) {
        int i = from;
        for (; i + 8 <= to; i += 8) {
            long high = four(text, i);
            long low = four(text, i + 4);
            if (((high | low) & NOT_ASCII) != 0) {
                return at + i - from;
            }
            dst.putLong(at + i - from, pack(high) << 32 | pack(low));
        }
        for (; i < to; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                break;
            }
            dst.put(at + i - from, (byte) c);
        }
        return at + i - from;
    }

    private static long four(String text, int i) {
        return (long) text.charAt(i) << 48
                | (long) text.charAt(i + 1) << 32
                | (long) text.charAt(i + 2) << 16
                | text.charAt(i + 3);
    }

    /** 00aa00bb00cc00dd to aabbccdd. */
    private static long pack(long four) {
        long pairs = (four | four >>> 8) & 0x0000_ffff_0000_ffffL;
        return (pairs | pairs >>> 16) & 0xffff_ffffL;
    }

    static long utf8Length(String text) {
        int length = text.length();
        long bytes = length;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2; // a pair of surrogates is four bytes
            }
        }
        return bytes;
    }

    static int utf8(ByteBuffer dst, int start, String text) {
        int at = start;
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                dst.put(at++, (byte) c);
            } else if (c < 0x800) {
                dst.putShort(at, (short) (0xc080 | c >> 6 << 8 | (c & 0x3f)));
                at += 2;
            } else if (Character.isSurrogate(c)) {
                dst.putInt(at, fourBytes(Character.toCodePoint(c, text.charAt(++i))));
                at += 4;
            } else {
                dst.put(at, (byte) (0xe0 | c >> 12));
                dst.putShort(at + 1, (short) (0x8080 | ((c >> 6) & 0x3f) << 8 | (c & 0x3f)));
                at += 3;
            }
        }
        return at;
    }

    private static int fourBytes(int code) {
        return 0xf080_8080 | code >> 18 << 24 | bits(code, 12) << 16 | bits(code, 6) << 8 | bits(code, 0);
    }

    private static int bits(int code, int from) {
        return (code >> from) & 0x3f;
    }
}
