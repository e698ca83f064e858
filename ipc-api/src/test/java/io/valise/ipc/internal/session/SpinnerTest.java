package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.WaitStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** How often a waiting strategy looks before it sleeps: what users see of it is time alone. */
class SpinnerTest {
    static boolean severalProcessors() {
        return Runtime.getRuntime().availableProcessors() > 1;
    }

    private static int looks(Spinner spinner) {
        int looks = 0;
        while (spinner.lookAgain()) {
            looks++;
        }
        return looks;
    }

    @Test
    void blockingNeverLooks() {
        Spinner spinner = new Spinner(WaitStrategy.blocking());
        assertThat(spinner.lookAgain()).isFalse();
        spinner.found();
        assertThat(spinner.lookAgain()).isFalse();
    }

    @Test
    @EnabledIf("severalProcessors")
    void adaptiveLooksLessWhenItFindsNothingAndTriesAgainInTime() {
        Spinner spinner = new Spinner(WaitStrategy.adaptive());
        int waits = 0;
        while (spinner.lookAgain() || waits < 20) {
            looks(spinner);
            spinner.found();
            waits++;
            assertThat(waits).as("waits without a frame until it stops looking").isLessThan(10_000);
        }
        boolean looksAgain = false;
        for (int i = 0; i < 1000 && !looksAgain; i++) {
            spinner.found();
            looksAgain = spinner.lookAgain();
        }
        assertThat(looksAgain).isTrue();
        spinner.stop();
    }

    @Test
    @EnabledIf("severalProcessors")
    void aSpinnerThatStopsLetsOthersLook() {
        for (int i = 0; i < 200; i++) {
            Spinner spinner = new Spinner(WaitStrategy.adaptive());
            spinner.lookAgain();
            if (i % 3 == 0) {
                looks(spinner);
            }
            spinner.stop();
            spinner.stop();
        }
        boolean looked = false;
        for (int i = 0; i < 1_000_000 && !looked; i++) { // sessions of other tests may still look
            Spinner last = new Spinner(WaitStrategy.adaptive());
            looked = last.lookAgain();
            last.stop();
        }
        assertThat(looked).isTrue();
    }
}
