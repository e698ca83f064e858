package io.valise.ipc.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valise.ipc.ValueSet;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The published vectors are there, whole, and true. */
class ProtocolVectorsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void valueSetsAreAccepted() throws Exception {
        JsonNode vectors = JSON.readTree(ProtocolVectors.valueSets());
        assertThat(vectors.get("accepted")).hasSizeGreaterThan(50);
        assertThat(vectors.get("malformed")).hasSizeGreaterThan(20);
        for (JsonNode vector : vectors.get("accepted")) {
            byte[] cbor = HexFormat.of().parseHex(vector.get("hex").textValue());
            assertThat(ValueSet.fromCbor(cbor).contains("v"))
                    .as(vector.get("name").textValue())
                    .isTrue();
        }
    }

    @Test
    void framesAreThere() throws Exception {
        assertThat(JSON.readTree(ProtocolVectors.frames()).get("frames")).hasSizeGreaterThan(10);
        assertThat(JSON.readTree(ProtocolVectors.peers()).get("violations")).hasSizeGreaterThan(20);
        assertThat(JSON.readTree(ProtocolVectors.places()).get("sockets")).hasSizeGreaterThan(4);
    }
}
