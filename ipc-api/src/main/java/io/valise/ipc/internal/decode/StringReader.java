package io.valise.ipc.internal.decode;

import io.valise.ipc.internal.cbor.Utf8;
import java.util.Arrays;

/** Byte strings and text of definite or indefinite length. Not thread-safe. */
final class StringReader {
    private static final int IN_WINDOW = 2_048;
    private static final byte[] NO_BYTES = {};

    private final ByteWindow window;
    private final KeyCache keys;

    StringReader(ByteWindow window, KeyCache keys) {
        this.window = window;
        this.keys = keys;
    }

    /** A text whose head was read. */
    String text(int head) {
        if (head == 0x7f) {
            byte[] joined = joined(head);
            return text(joined, 0, joined.length, window.offset() - joined.length);
        }
        int length = window.length(head, 1);
        if (length > IN_WINDOW) {
            int offset = window.offset();
            return text(window.copy(length), 0, length, offset);
        }
        window.need(length);
        int from = window.at;
        String text = text(window.bytes, from, length, window.offset());
        window.at = from + length;
        return text;
    }

    private static String text(byte[] bytes, int from, int length, int offset) {
        boolean ascii = Utf8.isAscii(bytes, from, from + length);
        if (!ascii) {
            checkUtf8(bytes, from, length, offset);
        }
        return Utf8.text(bytes, from, length, ascii);
    }

    private static void checkUtf8(byte[] bytes, int from, int length, int offset) {
        int invalid = Utf8.firstInvalid(bytes, from, from + length);
        if (invalid >= 0) {
            throw ByteWindow.malformed(
                    offset + invalid - from, "byte 0x" + Integer.toHexString(bytes[invalid] & 0xff) + " is not UTF-8");
        }
    }

    /** A key of a value set: its head too. */
    String key() {
        int head = window.head();
        if (head >>> 5 != 3) {
            window.at--;
            throw window.malformed("key is not text: head 0x" + Integer.toHexString(head));
        }
        if (head == 0x7f) {
            return checkLength(text(head));
        }
        int offset = window.offset() - 1;
        int length = window.length(head, 1);
        if (length == 0 || length > 3 * 255) {
            throw ByteWindow.malformed(offset, "key: limit=1 to 255 chars, actual=" + length + " bytes");
        }
        window.need(length);
        String key = keys.find(window.bytes, window.at, length);
        if (key == null) {
            checkUtf8(window.bytes, window.at, length, window.offset());
            throw window.malformed("key is not UTF-8");
        }
        window.at += length;
        return length <= 255 ? key : checkLength(key);
    }

    private String checkLength(String key) {
        if (key.isEmpty() || key.length() > 255) {
            throw window.malformed("key: limit=1 to 255 chars, actual=" + key.length());
        }
        return key;
    }

    /** A byte string whose head was read. */
    byte[] bytes(int head) {
        if (head == 0x5f) {
            return joined(head);
        }
        int length = window.length(head, 1);
        return length == 0 ? NO_BYTES : window.copy(length);
    }

    /** The chunks of a string of indefinite length, each definite and of the same major type; text chunks are UTF-8 each. */
    private byte[] joined(int outerHead) {
        byte[] joined = NO_BYTES;
        int size = 0;
        while (!window.atBreak()) {
            int head = window.head();
            if (head >>> 5 != outerHead >>> 5 || (head & 31) == 31) {
                window.at--;
                throw window.malformed(
                        "chunk of another type in a string of indefinite length: head 0x" + Integer.toHexString(head));
            }
            int length = window.length(head, 1);
            if (joined.length - size < length) {
                joined = Arrays.copyOf(joined, Math.max(size + length, (int)
                        Math.min(2L * size, Integer.MAX_VALUE - 8)));
            }
            int offset = window.offset();
            window.copyTo(joined, size, length);
            if (outerHead == 0x7f) {
                checkUtf8(joined, size, length, offset);
            }
            size += length;
        }
        return size == joined.length ? joined : Arrays.copyOf(joined, size);
    }
}
