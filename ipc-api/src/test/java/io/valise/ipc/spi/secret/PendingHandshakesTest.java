package io.valise.ipc.spi.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit on those who have proved nothing, and the secret they do not know. */
class PendingHandshakesTest {
    @Test
    void whoHasTakenLongestMakesWay() {
        PendingHandshakes<Integer> strangers = new PendingHandshakes<>();
        for (int i = 0; i < PendingHandshakes.MOST; i++) {
            assertThat(strangers.enter(i)).isEmpty();
        }
        assertThat(strangers.leave(0)).isTrue();
        assertThat(strangers.enter(100)).isEmpty();
        assertThat(strangers.enter(101)).contains(1);
        assertThat(strangers.enter(102)).contains(2);
        assertThat(strangers.leave(1)).isFalse();
        assertThat(strangers.leaveAll())
                .hasSize(PendingHandshakes.MOST)
                .startsWith(3)
                .endsWith(102);
        assertThat(strangers.leaveAll()).isEmpty();
    }

    @Test
    void secretIsFreshAndNotShown() {
        Secret secret = Secret.fresh();
        assertThat(Secret.ofDigits(secret.digits()).bytes()).isEqualTo(secret.bytes());
        assertThat(Secret.fresh().digits()).hasSize(64).isNotEqualTo(secret.digits());
        assertThat(secret.toString()).doesNotContain(secret.digits());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123", "not hexadecimal, but perhaps half of a secret"})
    void whatIsNoSecretIsNotQuoted(String digits) {
        assertThatThrownBy(() -> Secret.ofDigits(digits))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("secret: expected")
                .hasNoCause()
                .message()
                .doesNotContain("half");
    }
}
