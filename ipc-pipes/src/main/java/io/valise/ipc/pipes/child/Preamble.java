package io.valise.ipc.pipes.child;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What each end writes before its first frame. Bytes before it, such as what a JVM or a wrapper script prints before
 * the program runs, are skipped. It begins with a byte that no text has.
 */
final class Preamble {
    private static final byte[] BYTES = "\0valise pipe 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_NOISE = 64 << 10;

    private Preamble() {}

    static ByteBuffer bytes() {
        return ByteBuffer.wrap(BYTES).asReadOnlyBuffer();
    }

    /**
     * What came.
     *
     * @param complete whether the preamble did
     * @param noise what came before it, as text
     */
    record Heard(boolean complete, String noise) {
        static final Heard NOTHING = new Heard(false, "");

        /** The skipped text for an error message: its last 400 characters at most. */
        String excerpt() {
            String text = noise.strip();
            return text.length() <= 400 ? text : "… " + text.substring(text.length() - 400);
        }
    }

    /** Reads up to the preamble's end and not a byte further, or up to the end of the stream or the deadline. */
    static Heard read(ReadableByteChannel source) throws IOException {
        ByteArrayOutputStream noise = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        int matched = 0;
        while (matched < BYTES.length && noise.size() <= MOST_NOISE && source.read(one.clear()) >= 0) {
            byte next = one.get(0);
            if (next == BYTES[matched]) {
                matched++;
            } else { // the first byte occurs once in it, so only that can begin it anew
                noise.write(BYTES, 0, matched);
                matched = next == BYTES[0] ? 1 : 0;
                if (matched == 0) {
                    noise.write(next);
                }
            }
        }
        return new Heard(matched == BYTES.length, text(noise));
    }

    private static String text(ByteArrayOutputStream noise) {
        byte[] all = noise.toByteArray();
        return new String(Arrays.copyOf(all, Math.min(all.length, MOST_NOISE)), StandardCharsets.UTF_8);
    }
}
