package io.valise.ipc.services.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.HexFormat;

/** Decodes bytes without replacement characters: malformed UTF-8 is an error that names its position. Stateless. */
final class Utf8 {
    private static final String ADVICE = "; save the file as UTF-8 without a byte order mark";

    private Utf8() {}

    static String decode(byte[] bytes) throws JsonFault {
        if (beginsWith(bytes, 0xef, 0xbb, 0xbf)) {
            throw new JsonFault(1, 1, "expected JSON, actual=a byte order mark" + ADVICE);
        } else if (beginsWith(bytes, 0xff, 0xfe) || beginsWith(bytes, 0xfe, 0xff)) {
            throw new JsonFault(1, 1, "expected UTF-8, actual=the byte order mark of UTF-16" + ADVICE);
        }
        CharsetDecoder decoder = UTF_8.newDecoder(); // reports what is malformed
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw malformed(out.flip(), bytes, in.position(), result.length());
        }
        return out.flip().toString();
    }

    private static boolean beginsWith(byte[] bytes, int... mark) {
        if (bytes.length < mark.length) {
            return false;
        }
        for (int i = 0; i < mark.length; i++) {
            if ((bytes[i] & 0xff) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    private static JsonFault malformed(CharBuffer before, byte[] bytes, int at, int length) {
        int line = 1;
        int column = 1;
        while (before.hasRemaining()) {
            column++;
            if (before.get() == '\n') {
                line++;
                column = 1;
            }
        }
        String actual = HexFormat.ofDelimiter(" ").formatHex(bytes, at, Math.min(bytes.length, at + length));
        return new JsonFault(line, column, "expected UTF-8, actual byte(s)=" + actual + ADVICE);
    }
}
