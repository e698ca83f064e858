package io.valise.ipc.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The test vectors of the protocol, as JSON that describes its own format; for tests of other implementations. In the
 * kit's jar they are in {@code io/valise/ipc/testkit/vectors}. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ProtocolVectors {
    private ProtocolVectors() {}

    /**
     * ValueSets: bytes that must be accepted, with their values; bytes that must be refused ({@code valueset.json}).
     */
    public static String valueSets() {
        return read("valueset.json");
    }

    /** Frames: a conversation between a client and a server ({@code frames.json}). */
    public static String frames() {
        return read("frames.json");
    }

    /** What a peer may say, and what not: malformed frames, wrong greetings, optional kinds ({@code peers.json}). */
    public static String peers() {
        return read("peers.json");
    }

    /** Where a server is found: paths of sockets, endpoint files ({@code places.json}). */
    public static String places() {
        return read("places.json");
    }

    private static String read(String name) {
        try (InputStream vectors = ProtocolVectors.class.getResourceAsStream("vectors/" + name)) {
            if (vectors == null) {
                throw new IllegalStateException("the kit was built without its vectors: missing=" + name);
            }
            return new String(vectors.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read vectors " + name, e);
        }
    }
}
