package io.valise.ipc.spi.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.ValueSet;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a peer in another language writes, plain arrays above all, arrives as the declared type. Of an internal class, since no message has a type of its own. */
class PlainFormsTest {
    @Test
    void aListArrivesAsTheDeclaredArray() {
        assertThat(read(int[].class, List.of(1, 2L))).isEqualTo(new int[] {1, 2});
        assertThat(read(double[].class, List.of(1, 1.5))).isEqualTo(new double[] {1, 1.5});
        assertThat(read(String[].class, List.of("a"))).isEqualTo(new String[] {"a"});
        assertThat(read(Instant[].class, List.of(Instant.EPOCH))).isEqualTo(new Instant[] {Instant.EPOCH});
        assertThat(read(Instant[].class, new String[0])).isEqualTo(new Instant[0]);
        assertThatThrownBy(() -> read(Instant[].class, List.of(Instant.EPOCH, 1)))
                .isInstanceOf(Mismatch.class)
                .hasMessageContaining("expected=Instant, actual=INT32 1");
        assertThatThrownBy(() -> read(int[].class, List.of(1, "x")))
                .isInstanceOf(Mismatch.class)
                .hasMessageContaining("expected=int, actual=STRING \"x\"");
    }

    @Test
    void anArrayArrivesAsTheDeclaredList() {
        CollectionConverter longs = new CollectionConverter(PlainConverter.of(Long.class), false);
        assertThat(longs.fromWire(new int[] {1, 2}, Conversion.NONE)).isEqualTo(List.of(1L, 2L));
        assertThat(longs.fromWire(List.of((byte) 1, 2L), Conversion.NONE)).isEqualTo(List.of(1L, 2L));
        assertThatThrownBy(() -> longs.fromWire("text", Conversion.NONE))
                .isInstanceOf(Mismatch.class)
                .hasMessageContaining("expected=List, actual=STRING");
    }

    /** By way of a set, as a parameter arrives. */
    private static Object read(Class<?> type, Object form) {
        return PlainConverter.of(type).fromWire(ValueSet.of("x", form).get("x"), Conversion.NONE);
    }
}
