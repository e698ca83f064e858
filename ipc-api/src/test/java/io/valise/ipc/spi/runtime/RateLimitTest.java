package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long WINDOW = 1_000;

    private final RateLimit limit = new RateLimit(2, WINDOW);
    private long now = Long.MAX_VALUE - 5; // the clock may overflow

    @Test
    void aWindowHasItsMessagesThenOneThatIsZeroAndThenNone() {
        assertThat(limit.take(now)).isEqualTo(2);
        assertThat(limit.take(now + WINDOW / 2)).isEqualTo(1);
        assertThat(limit.take(now + WINDOW - 1)).isZero();
        assertThat(limit.take(now + WINDOW - 1)).isNegative();
        assertThat(limit.take(now + WINDOW)).isEqualTo(2);
    }

    @Test
    void aWindowBeginsWithItsFirstMessage() {
        limit.take(now);
        now += 10 * WINDOW;
        assertThat(limit.take(now)).isEqualTo(2);
        assertThat(limit.take(now + WINDOW - 1)).isEqualTo(1);
        assertThat(limit.take(now + WINDOW - 1)).isZero();
    }

    @Test
    void whatWasSuppressedIsCountedOnceItsWindowIsOver() {
        for (int i = 0; i < 5; i++) {
            limit.take(now);
        }
        assertThat(limit.takeSuppressed()).isZero();
        limit.take(now + WINDOW);
        assertThat(limit.takeSuppressed()).isEqualTo(3);
        assertThat(limit.takeSuppressed()).isZero();
    }
}
