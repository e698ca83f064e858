package io.valise.ipc.internal.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** The published vectors of docs/protocol.md, as other implementations read them. Immutable. */
final class FrameVectors {
    private static final List<JsonNode> ALL = load();

    private FrameVectors() {}

    static List<JsonNode> all() {
        return ALL;
    }

    /** The bytes of the vector with that name. */
    static byte[] bytes(String name) {
        return ALL.stream()
                .filter(vector -> vector.get("name").asText().equals(name))
                .findFirst()
                .map(FrameVectors::bytes)
                .orElseThrow(() -> new AssertionError("no vector " + name));
    }

    static byte[] bytes(JsonNode vector) {
        return HexFormat.of().parseHex(vector.get("hex").asText());
    }

    private static List<JsonNode> load() {
        try (InputStream json = FrameVectors.class.getResourceAsStream("/vectors/frames.json")) {
            JsonNode frames =
                    new ObjectMapper().readTree(Objects.requireNonNull(json)).get("frames");
            return StreamSupport.stream(frames.spliterator(), false).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
