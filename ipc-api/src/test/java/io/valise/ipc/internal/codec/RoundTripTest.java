package io.valise.ipc.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.RandomValues;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.decode.KeyCache;
import io.valise.ipc.internal.decode.ValueSetDecoder;
import io.valise.ipc.internal.encode.ValueSetEncoder;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is what is read, whatever the values, in heap and direct buffers. */
class RoundTripTest {
    private final ValueSetDecoder decoder = new ValueSetDecoder(new KeyCache());

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomSetsSurviveTheTrip(long seed) {
        RandomValues values = new RandomValues(new SplittableRandom(seed));
        ByteBuffer heap = ByteBuffer.allocate(4 << 20);
        ByteBuffer direct = ByteBuffer.allocateDirect(4 << 20);
        for (int i = 0; i < 400; i++) {
            ValueSet set = values.set();
            assertRoundTrip(set, heap.clear().position(i % 7));
            assertRoundTrip(set, direct.clear().position(i % 7));
        }
    }

    private void assertRoundTrip(ValueSet set, ByteBuffer buffer) {
        int start = buffer.position();
        ValueSetEncoder.encode(set, buffer);
        int end = buffer.position();
        assertThat((long) end - start).isLessThanOrEqualTo(ValueSetEncoder.sizeBound(set));
        ValueSet read = decoder.decode(buffer.limit(end).position(start));
        assertThat(buffer.position()).isEqualTo(end);
        assertThat(read).isEqualTo(set).hasSameHashCodeAs(set);
        assertThat(read.keys()).containsExactlyElementsOf(set.keys());
        read.keys().forEach(key -> assertThat(read.type(key)).isEqualTo(set.type(key)));
    }

    @Test
    void aSetWithoutPairsIsOneByte() {
        assertThat(ValueSet.empty().toCbor()).containsExactly(0xa0);
        assertThat(ValueSet.fromCbor(new byte[] {(byte) 0xa0})).isEqualTo(ValueSet.empty());
    }
}
