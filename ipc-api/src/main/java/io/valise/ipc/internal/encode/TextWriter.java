package io.valise.ipc.internal.encode;

import io.valise.ipc.internal.cbor.BigEndian;
import io.valise.ipc.internal.cbor.MajorTypes;
import java.nio.ByteBuffer;

/** Strings as CBOR text (major type 3): UTF-8, definite length, no allocation. Strings are known to be valid Unicode. */
final class TextWriter {
    private static final int AT_ONCE = 512;
    private static final int HEAD = 5;

    private TextWriter() {}

    /** Writes head and text; ascii tells that the text is known to be so. */
    static int text(ByteBuffer dst, byte[] out, int at, String text, boolean ascii) {
        int length = text.length();
        if (length > AT_ONCE) {
            return longText(dst, out, at, text, ascii);
        }
        int start = Stage.room(dst, out, at, HEAD + 3 * length);
        return ascii ? ascii(out, start, text, length) : anyText(out, start, text, length);
    }

    private static int ascii(byte[] out, int at, String text, int length) {
        int start = HeadWriter.head(out, at, MajorTypes.TEXT, length);
        lowBytes(text, 0, length, out, start);
        return start + length;
    }

    @SuppressWarnings("deprecation") // the low byte of each char is all there is of ASCII: a plain copy
    private static void lowBytes(String text, int from, int to, byte[] out, int at) {
        text.getBytes(from, to, out, at);
    }

    /** Expects ASCII and starts again when that was wrong; needs room for three bytes a char. */
    static int anyText(byte[] out, int at, String text, int length) {
        int start = HeadWriter.head(out, at, MajorTypes.TEXT, length);
        int all = 0;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            all |= c;
            out[start + i] = (byte) c;
        }
        if (all < 0x80) {
            return start + length;
        }
        return utf8(out, HeadWriter.head(out, at, MajorTypes.TEXT, (int) utf8Length(text)), text, 0, length);
    }

    private static int longText(ByteBuffer dst, byte[] out, int at, String text, boolean ascii) {
        int length = text.length();
        long bytes = ascii ? length : utf8Length(text);
        int next = HeadWriter.head(out, Stage.room(dst, out, at, HEAD), MajorTypes.TEXT, (int) bytes);
        int from = 0;
        while (from < length) {
            int to = endOfPart(text, from, length);
            next = Stage.room(dst, out, next, 3 * (to - from));
            if (bytes == length) {
                lowBytes(text, from, to, out, next);
                next += to - from;
            } else {
                next = utf8(out, next, text, from, to);
            }
            from = to;
        }
        return next;
    }

    /** No part ends between the halves of a surrogate pair. */
    private static int endOfPart(String text, int from, int length) {
        int end = Math.min(from + AT_ONCE, length);
        return end < length && Character.isHighSurrogate(text.charAt(end - 1)) ? end + 1 : end;
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

    private static int utf8(byte[] out, int start, String text, int from, int to) {
        int at = start;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                out[at++] = (byte) c;
            } else if (c < 0x800) {
                BigEndian.putShort(out, at, 0xc080 | c >> 6 << 8 | (c & 0x3f));
                at += 2;
            } else if (Character.isSurrogate(c)) {
                BigEndian.putInt(out, at, fourBytes(Character.toCodePoint(c, text.charAt(++i))));
                at += 4;
            } else {
                out[at] = (byte) (0xe0 | c >> 12);
                BigEndian.putShort(out, at + 1, 0x8080 | bits(c, 6) << 8 | bits(c, 0));
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
