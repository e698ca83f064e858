package io.valise.ipc.internal.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The names of services and events: 1 to 255 bytes of UTF-8, at most 85 characters of any kind. */
public final class Names {
    /** The beginning of names that are the library's own. */
    public static final String RESERVED_PREFIX = "valise.";

    private static final int ALWAYS_FITS = Frames.MAX_NAME_BYTES / 3;

    private Names() {}

    /** Returns the name, if it is one. */
    public static String check(String name) {
        if (name.isEmpty() || (name.length() > ALWAYS_FITS && utf8(name).length > Frames.MAX_NAME_BYTES)) {
            throw new IllegalArgumentException("name of a service or event: limit=1 to " + Frames.MAX_NAME_BYTES
                    + " bytes of UTF-8, actual=" + utf8(name).length);
        }
        return name;
    }

    /** Returns the name, if it is one and not reserved; {@code what} it names is for the message. */
    public static String checkFree(String what, String name) {
        if (check(name).startsWith(RESERVED_PREFIX)) {
            throw new IllegalArgumentException(
                    what + " " + name + ": names that begin with " + RESERVED_PREFIX + " are reserved");
        }
        return name;
    }

    /** Writes length and bytes; allocates nothing for ASCII. */
    public static void write(String name, ByteBuffer out) {
        int start = out.position();
        int length = name.length();
        out.put((byte) length);
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (c >= 0x80 || length > Frames.MAX_NAME_BYTES) {
                byte[] utf8 = utf8(check(name));
                out.position(start);
                out.put((byte) utf8.length).put(utf8);
                return;
            }
            out.put((byte) c);
        }
    }

    private static byte[] utf8(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
