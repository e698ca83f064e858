package io.valise.ipc.services.objects.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a peer in another language writes, plain arrays above all, arrives as the declared type. */
class PlainFormsTest {
    private static final References NONE = (References) Proxy.newProxyInstance(
            References.class.getClassLoader(), new Class<?>[] {References.class}, (proxy, method, arguments) -> {
                throw new AssertionError("no value here is a reference");
            });

    @Test
    void aListArrivesAsTheDeclaredArray() {
        assertThat(read(int[].class, List.of(1, 2L))).isEqualTo(new int[] {1, 2});
        assertThat(read(double[].class, List.of(1, 1.5))).isEqualTo(new double[] {1, 1.5});
        assertThat(read(String[].class, List.of("a"))).isEqualTo(new String[] {"a"});
        assertThat(read(Instant[].class, List.of(Instant.EPOCH))).isEqualTo(new Instant[] {Instant.EPOCH});
        assertThat(read(Instant[].class, new String[0])).isEqualTo(new Instant[0]);
        assertThatThrownBy(() -> read(Instant[].class, List.of(Instant.EPOCH, 1)))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("expected=Instant[]");
        assertThatThrownBy(() -> read(int[].class, List.of(1, "x")))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("element 1 is STRING \"x\"");
    }

    @Test
    void anArrayArrivesAsTheDeclaredList() {
        ListConverter longs = new ListConverter(PlainConverter.of(Long.class));
        assertThat(longs.fromWire(new int[] {1, 2}, NONE)).isEqualTo(List.of(1L, 2L));
        assertThat(longs.fromWire(List.of((byte) 1, 2L), NONE)).isEqualTo(List.of(1L, 2L));
        assertThatThrownBy(() -> longs.fromWire("text", NONE))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("expected=List, actual=String");
    }

    /** By way of a set, as a parameter arrives. */
    private static Object read(Class<?> type, Object form) {
        return PlainConverter.of(type).fromWire(ValueSet.of("x", form).get("x"), NONE);
    }
}
