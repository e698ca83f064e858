package io.valise.ipc.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The published vectors: what must be accepted, and as which type; what must be refused, and with which words. The values
 * are compared by {@code VectorsJsonTest}, where the typed JSON is read.
 */
class VectorsTest {
    static Stream<Arguments> accepted() throws IOException {
        return vectors("accepted");
    }

    static Stream<Arguments> malformed() throws IOException {
        return vectors("malformed");
    }

    private static Stream<Arguments> vectors(String kind) throws IOException {
        try (InputStream json = VectorsTest.class.getResourceAsStream("/vectors/valueset.json")) {
            JsonNode vectors =
                    new ObjectMapper().readTree(Objects.requireNonNull(json)).get(kind);
            return StreamSupport.stream(vectors.spliterator(), false)
                    .map(vector -> Arguments.of(vector.get("name").asText(), vector));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void accepted(String name, JsonNode vector) {
        byte[] bytes = HexFormat.of().parseHex(vector.get("hex").asText());
        ValueSet set = ValueSet.fromCbor(bytes);
        assertThat(set.type("v")).isEqualTo(ValueType.valueOf(vector.get("type").asText()));
        assertThat(ValueSet.fromCbor(set.toCbor())).isEqualTo(set);
        if (vector.get("encodes").asBoolean()) {
            assertThat(set.toCbor()).isEqualTo(bytes);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void malformed(String name, JsonNode vector) {
        byte[] bytes = HexFormat.of().parseHex(vector.get("hex").asText());
        IpcException refused = catchThrowableOfType(IpcException.class, () -> ValueSet.fromCbor(bytes));
        assertThat(refused).isNotNull();
        assertThat(refused.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(refused)
                .hasMessageContaining(vector.get("error").asText())
                .hasMessageStartingWith("PROTOCOL_ERROR: malformed ValueSet at offset "
                        + vector.get("offset").asInt() + ":");
    }
}
