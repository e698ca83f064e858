package io.valise.ipc.nats.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.nats.link.Links;
import org.junit.jupiter.api.Test;

/** When a broker is given up, by a clock of the test: with a real one that takes a minute. */
class EchoesTest {
    private final Echoes echoes = new Echoes();

    /** Returns what is due every time; {@code before} happens before each. */
    private Echoes.Due times(long count, Runnable before) {
        for (int i = 1; i < count; i++) {
            before.run();
            assertThat(echoes.tick(Echoes.EVERY_MILLIS, true)).isEqualTo(Echoes.Due.ECHO);
        }
        before.run();
        return echoes.tick(Echoes.EVERY_MILLIS, true);
    }

    @Test
    void aSilentBrokerIsGivenUp() {
        assertThat(times(6, () -> {})).isEqualTo(Echoes.Due.END);
    }

    @Test
    void timeInWhichNothingCouldBeHeardDoesNotCount() {
        for (int i = 0; i < 100; i++) {
            assertThat(echoes.tick(Echoes.EVERY_MILLIS, false)).isEqualTo(Echoes.Due.NOTHING);
        }
    }

    @Test
    void aBrokerThatBringsOtherMessagesIsGivenUpLater() {
        long most = Links.UNANSWERED * Echoes.SILENCE_MILLIS / Echoes.EVERY_MILLIS;
        times(100, () -> {
            echoes.heard();
            echoes.echoed();
        });
        assertThat(times(most + 1, echoes::heard)).isEqualTo(Echoes.Due.END);
    }
}
