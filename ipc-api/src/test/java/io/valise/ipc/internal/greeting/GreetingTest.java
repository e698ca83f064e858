package io.valise.ipc.internal.greeting;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.ValueSet;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What an end says of itself is understood however its encoder writes it. */
class GreetingTest {
    @Test
    void numbersMayHaveAnyWidth() {
        // {"pid": 4711, "maxMessageBytes": 4096}, each number in its shortest form
        byte[] shortest = HexFormat.of().parseHex("a263706964191267" + "6f6d61784d6573736167654279746573191000");

        Greeting greeting = Greeting.parse(ValueSet.fromCbor(shortest));

        assertThat(greeting.pid()).hasValue(4711);
        assertThat(greeting.maxMessageBytes()).isEqualTo(4096);
    }

    @Test
    void whatIsMissingOrCannotBeIsTheDefault() {
        assertThat(Greeting.parse(ValueSet.empty()).maxMessageBytes()).isEqualTo(16 << 20);
        assertThat(Greeting.parse(ValueSet.of("maxMessageBytes", 4095)).maxMessageBytes())
                .isEqualTo(16 << 20);
        assertThat(Greeting.parse(ValueSet.of("maxMessageBytes", "much")).maxMessageBytes())
                .isEqualTo(16 << 20);
        assertThat(Greeting.parse(ValueSet.of("pid", "none")).pid()).isEmpty();
    }

    @Test
    void moreThanTheMostIsTheMost() {
        assertThat(Greeting.parse(ValueSet.of("maxMessageBytes", Long.MAX_VALUE))
                        .maxMessageBytes())
                .isEqualTo(1 << 30);
    }
}
