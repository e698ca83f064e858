package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Sockets are where the published vectors say; their folders cannot exist on every machine, so no server can show it. */
class SocketPlaceVectorsTest {
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void pathsAndHashesAreThoseOfTheVectors() throws IOException {
        for (JsonNode vector : sockets()) {
            Path folder = Path.of(vector.get("folder").textValue());
            SocketPlace place = SocketPlace.of(folder, vector.get("name").textValue());
            assertThat(place).as("%s", vector).isEqualTo(expected(folder, vector));
        }
    }

    private static SocketPlace expected(Path folder, JsonNode vector) {
        return vector.has("socket")
                ? new SocketPlace(Path.of(vector.get("socket").textValue()), null)
                : new SocketPlace(
                        SocketPlace.refuge().resolve(vector.get("hash").textValue()),
                        folder.resolve(vector.get("marker").textValue()));
    }

    private static JsonNode sockets() throws IOException {
        try (InputStream json = SocketPlaceVectorsTest.class.getResourceAsStream("/vectors/places.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(json)).get("sockets");
        }
    }
}
