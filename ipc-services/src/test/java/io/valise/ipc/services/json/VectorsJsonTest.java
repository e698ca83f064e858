package io.valise.ipc.services.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.ProtocolVectors;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The published vectors say in typed JSON what their bytes are: reading either makes the same message. */
class VectorsJsonTest {
    static Stream<Arguments> accepted() throws JsonFault {
        List<?> vectors = ValueSetJson.read(ProtocolVectors.valueSets()).getList("accepted");
        assertThat(vectors).hasSizeGreaterThan(100);
        return vectors.stream().map(ValueSet.class::cast).map(vector -> Arguments.of(vector.getString("name"), vector));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void accepted(String name, ValueSet vector) throws JsonFault {
        ValueSet fromBytes = ValueSet.fromCbor(HexFormat.of().parseHex(vector.getString("hex")));
        ValueSet fromJson = vector.getValueSet("json");
        assertThat(fromJson).isEqualTo(fromBytes);
        assertThat(fromJson.toCbor()).isEqualTo(fromBytes.toCbor());
        assertThat(ValueSetJson.read(ValueSetJson.writeTyped(fromBytes, false)).toCbor())
                .isEqualTo(fromBytes.toCbor());
    }
}
