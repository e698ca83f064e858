package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ValueTypeTest {
    @Test
    void numbersAreThoseOfPropertyType() {
        assertThat(ValueType.EMPTY.number()).isZero();
        assertThat(ValueType.UINT8.number()).isEqualTo(1);
        assertThat(ValueType.STRING.number()).isEqualTo(12);
        assertThat(ValueType.DATE_TIME.number()).isEqualTo(14);
        assertThat(ValueType.RECT.number()).isEqualTo(19);
        assertThat(ValueType.RECT_ARRAY.number()).isEqualTo(0x413);
    }

    @Test
    void anArrayIsItsElementPlus0x400() {
        for (ValueType type : ValueType.values()) {
            assertThat(ValueType.ofNumber(type.number())).isSameAs(type);
            if (type.isArray()) {
                ValueType element = ValueType.ofNumber(type.number() - 0x400);
                assertThat(type.name()).isEqualTo(element.name() + "_ARRAY");
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValueType.ofNumber(13))
                .withMessageContaining("actual=13");
    }
}
