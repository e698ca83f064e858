package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.WaitStrategy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** How often a waiting strategy looks before it sleeps: what users see of it is time alone. */
class SpinnerTest {
    private static final long MICROS = 1_000;
    private static final long MILLIS = 1_000_000;
    private static final long SECONDS = 1_000_000_000;

    /** What a wake-up takes in most models. */
    private static final long WAKE_UP = 15 * MICROS;

    /** What a yield takes when no other thread wants the processor. */
    private static final long NOTHING_TO_RUN = 300;

    /** A machine with a clock that only the waits of its one thread move on. */
    private static final class ModelSpinner extends Spinner {
        private final LongUnaryOperator yieldNanos;
        private long wakeUp = WAKE_UP;
        private long now;
        private long yields;
        private long pauses;
        private long sleeps;
        private long lostNanos;

        /** @param yieldNanos how long the yield takes that begins at a time */
        ModelSpinner(WaitStrategy strategy, int processors, LongUnaryOperator yieldNanos) {
            this(strategy, processors, yieldNanos, new AtomicInteger());
        }

        ModelSpinner(WaitStrategy strategy, int processors, LongUnaryOperator yieldNanos, AtomicInteger spinning) {
            super(strategy, processors, spinning);
            this.yieldNanos = yieldNanos;
        }

        @Override
        long nanoTime() {
            return now;
        }

        @Override
        void pause() {
            pauses++;
            now += 50;
        }

        @Override
        void yieldProcessor() {
            long nanos = yieldNanos.applyAsLong(now);
            yields++;
            lostNanos += nanos >= LOST_NANOS ? nanos : 0;
            now += nanos;
        }

        /** One wait for a frame that arrives some time from now; a thread that sleeps is woken for it. */
        void waitFor(long nanos) {
            waitUntil(now + nanos);
        }

        /** One wait for a frame that arrives at a time. */
        void waitUntil(long arrival) {
            while (now < arrival) {
                if (!lookAgain()) {
                    sleeps++;
                    now = arrival + wakeUp;
                }
            }
            found();
        }

        void waitFor(long nanos, int times) {
            for (int i = 0; i < times; i++) {
                waitFor(nanos);
            }
        }

        void forget() {
            yields = 0;
            pauses = 0;
            sleeps = 0;
            lostNanos = 0;
        }
    }

    /** Every other yield waits for the slice of a thread that computes. */
    private static LongUnaryOperator besideAThreadThatComputes() {
        int[] yields = {0};
        return now -> ++yields[0] % 2 == 0 ? 4 * MILLIS : NOTHING_TO_RUN;
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
        ModelSpinner machine = new ModelSpinner(WaitStrategy.blocking(), 2, now -> NOTHING_TO_RUN);
        machine.waitFor(2 * MICROS, 1000);
        assertThat(machine.sleeps).isEqualTo(1000);
        assertThat(machine.yields).isZero();
        assertThat(machine.everLooks()).isFalse();
    }

    @Test
    void adaptiveLooksForAPeerOnAnotherProcessor() {
        ModelSpinner machine = new ModelSpinner(WaitStrategy.adaptive(), 2, now -> NOTHING_TO_RUN);
        machine.waitFor(3 * MICROS, 1000);
        assertThat(machine.sleeps).isZero();
    }

    /** One yield in each wait, and some looks of the trials. */
    @Test
    void adaptiveSleepsSoonForASlowPeer() {
        ModelSpinner machine = new ModelSpinner(WaitStrategy.adaptive(), 2, now -> NOTHING_TO_RUN);
        machine.waitFor(MILLIS, 1000);
        assertThat(machine.sleeps).isEqualTo(1000);
        assertThat(machine.yields).isLessThan(10_000);
    }

    @Test
    void adaptiveTriesAgainWhetherLookingPays() {
        ModelSpinner machine = new ModelSpinner(WaitStrategy.adaptive(), 2, now -> NOTHING_TO_RUN);
        machine.waitFor(MILLIS, 1000);
        machine.waitFor(3 * MICROS, 100);
        machine.forget();
        machine.waitFor(3 * MICROS, 1000);
        assertThat(machine.sleeps).isZero();
    }

    /** Both ends have slept for different times, so that they know of each other's trials by the clock alone. */
    @Test
    void twoEndsThatSleepBothLookSoon() {
        for (long wakeUp = 5 * MICROS; wakeUp <= 60 * MICROS; wakeUp += 5 * MICROS) {
            for (int more = 0; more < 64; more += 7) {
                ModelSpinner client = new ModelSpinner(WaitStrategy.adaptive(), 2, now -> NOTHING_TO_RUN);
                ModelSpinner server = new ModelSpinner(WaitStrategy.adaptive(), 2, now -> NOTHING_TO_RUN);
                client.wakeUp = wakeUp;
                server.wakeUp = wakeUp;
                client.waitFor(MILLIS, 100);
                server.waitFor(MILLIS, 100 + more);
                server.now = client.now;
                roundTrips(client, server, Spinner.TRIAL_PERIOD_NANOS);
                client.forget();
                server.forget();
                roundTrips(client, server, Spinner.TRIAL_PERIOD_NANOS);
                assertThat(client.sleeps + server.sleeps)
                        .as("wake-up=%d ns, waits more=%d", wakeUp, more)
                        .isZero();
            }
        }
    }

    /** Each request, and each reply, takes a moment to be made. */
    private static void roundTrips(ModelSpinner client, ModelSpinner server, long nanos) {
        long end = client.now + nanos;
        while (client.now < end) {
            server.waitUntil(client.now);
            server.now += MICROS;
            client.waitUntil(server.now);
            client.now += MICROS;
        }
    }

    /** The peer answers on this processor while this thread gives way. */
    @Test
    void adaptiveYieldsOnceInACrowdThatGivesWay() {
        for (int processors = 1; processors <= 2; processors++) {
            ModelSpinner machine = new ModelSpinner(WaitStrategy.adaptive(), processors, now -> 150 * MICROS);
            machine.waitFor(100 * MICROS, 100);
            machine.forget();
            machine.waitFor(100 * MICROS, 10_000);
            assertThat(machine.sleeps).as("processors=%d", processors).isZero();
            assertThat(machine.yields).as("processors=%d", processors).isEqualTo(10_000);
            assertThat(machine.pauses).as("processors=%d", processors).isLessThan(10_000);
        }
    }

    /** A slice lost now and then, as to a thread that compiles, is no reason to sleep. */
    @Test
    void adaptiveYieldsOnWhenAFewSlicesAreLost() {
        int[] yields = {0};
        ModelSpinner machine =
                new ModelSpinner(WaitStrategy.adaptive(), 1, now -> ++yields[0] % 20 == 0 ? 4 * MILLIS : 150 * MICROS);
        machine.waitFor(100 * MICROS, 10_000);
        assertThat(machine.sleeps).isZero();
    }

    @Test
    void sleepsBesideAThreadThatComputes() {
        for (WaitStrategy strategy : new WaitStrategy[] {WaitStrategy.adaptive(), WaitStrategy.spinning()}) {
            ModelSpinner machine = new ModelSpinner(strategy, 2, besideAThreadThatComputes());
            long waits = 0;
            while (machine.now < 60 * SECONDS) {
                machine.waitFor(20 * MICROS);
                waits++;
            }
            assertThat((double) machine.lostNanos / machine.now)
                    .as("time lost, strategy=%s", strategy)
                    .isLessThan(0.02);
            assertThat((double) machine.sleeps / waits)
                    .as("waits that slept, strategy=%s", strategy)
                    .isGreaterThan(0.98);
        }
    }

    @Test
    void looksAgainSoonAfterTheOtherThreadHasComputed() {
        long gone = 60 * SECONDS;
        LongUnaryOperator computing = besideAThreadThatComputes();
        ModelSpinner machine = new ModelSpinner(
                WaitStrategy.adaptive(), 1, now -> now < gone ? computing.applyAsLong(now) : 50 * MICROS);
        while (machine.now < gone + (Spinner.REST_NANOS << Spinner.MOST_DOUBLINGS)) {
            machine.waitFor(20 * MICROS);
        }
        machine.forget();
        machine.waitFor(20 * MICROS, 10_000);
        assertThat(machine.sleeps).isZero();
    }

    /** Processes that rest yield again at the same moment: one that yielded alone would lose slices to the others' wake-ups. */
    @Test
    void restsEndTogether() {
        ModelSpinner early = new ModelSpinner(WaitStrategy.adaptive(), 1, now -> 4 * MILLIS);
        ModelSpinner late = new ModelSpinner(WaitStrategy.adaptive(), 1, now -> 4 * MILLIS);
        early.now = 3 * SECONDS + MILLIS;
        late.now = 3 * SECONDS + 17 * MILLIS;
        for (ModelSpinner each : new ModelSpinner[] {early, late}) {
            do {
                each.forget();
                each.waitFor(MICROS);
            } while (each.yields > 0);
            while (each.yields == 0) {
                each.waitFor(MICROS);
            }
            long lookedAt = each.now - 4 * MILLIS;
            assertThat(lookedAt - 3 * SECONDS).isBetween(Spinner.REST_NANOS, Spinner.REST_NANOS + 2 * WAKE_UP);
        }
    }

    /** A process group that has used up its time does not run for a good part of a tenth of a second. */
    @Test
    void restsAfterOneLongGap() {
        boolean[] throttled = {true};
        ModelSpinner machine =
                new ModelSpinner(WaitStrategy.adaptive(), 1, now -> throttled[0] ? 40 * MILLIS : 50 * MICROS);
        machine.waitFor(MICROS);
        throttled[0] = false;
        machine.forget();
        machine.waitFor(MICROS);
        assertThat(machine.sleeps).isEqualTo(1);
        assertThat(machine.yields).isZero();
    }

    /** A virtual thread that yielded while it may read would keep other readers waiting. */
    @Test
    void lookingCloselyNeverYields() {
        for (int processors = 1; processors <= 2; processors++) {
            ModelSpinner machine = new ModelSpinner(WaitStrategy.adaptive(), processors, now -> NOTHING_TO_RUN);
            for (int i = 0; i < 1000; i++) {
                while (machine.lookAgainClosely()) {
                    machine.pause();
                }
                machine.found();
            }
            assertThat(machine.yields).as("processors=%d", processors).isZero();
        }
    }

    /** Pauses of the garbage collector, minutes apart, are no thread that computes. */
    @Test
    void forgetsSlicesLostLongAgo() {
        boolean[] lost = {false};
        ModelSpinner machine =
                new ModelSpinner(WaitStrategy.spinning(), 2, now -> lost[0] ? 4 * MILLIS : NOTHING_TO_RUN);
        for (int i = 0; i < 20; i++) {
            lost[0] = true;
            machine.waitFor(20 * MICROS);
            lost[0] = false;
            machine.now += 60 * SECONDS;
        }
        assertThat(machine.sleeps).isZero();
    }

    /** A spinner whose frames come soon never yields: time alone makes up for short pauses of the whole machine. */
    @Test
    void spinningLooksOnWhereThereAreShortPausesNowAndThen() {
        boolean[] lost = {false};
        ModelSpinner machine =
                new ModelSpinner(WaitStrategy.spinning(), 2, now -> lost[0] ? 4 * MILLIS : NOTHING_TO_RUN);
        for (int i = 0; i < 20; i++) {
            lost[0] = true;
            machine.waitFor(20 * MICROS);
            lost[0] = false;
            for (int wait = 0; wait < 50; wait++) {
                machine.waitFor(MICROS);
                machine.now += 10 * MILLIS;
            }
        }
        assertThat(machine.sleeps).isZero();
    }

    /** The peer answers after a time that was found by looking before others had this processor for a moment. */
    @Test
    void halvesTheBudgetWhenOthersRan() {
        boolean[] others = {false};
        ModelSpinner machine =
                new ModelSpinner(WaitStrategy.adaptive(), 2, now -> others[0] ? 20 * MICROS : NOTHING_TO_RUN);
        machine.now = Spinner.TRIAL_NANOS; // no trial by the clock
        long full = WaitStrategy.adaptive().spin().toNanos();
        machine.waitFor(full * 3 / 4, 2);
        assertThat(machine.sleeps).isZero();
        others[0] = true;
        machine.waitFor(full / 4);
        others[0] = false;
        machine.forget();
        machine.waitFor(full * 3 / 4);
        assertThat(machine.sleeps).isEqualTo(1);
    }

    /** Two ends whose waits were counted from different beginnings look together for the rest of the period. */
    @Test
    void countsItsWaitsAnewAfterATrialThatPaid() {
        assertThat(waitsToNextTrial(0)).isEqualTo(waitsToNextTrial(37)).isLessThanOrEqualTo(64);
    }

    private static int waitsToNextTrial(int before) {
        ModelSpinner machine = new ModelSpinner(WaitStrategy.adaptive(), 2, now -> NOTHING_TO_RUN);
        machine.now = Spinner.TRIAL_NANOS;
        for (int i = 0; i < before; i++) {
            machine.found();
        }
        machine.now = Spinner.TRIAL_PERIOD_NANOS;
        machine.waitFor(MICROS);
        int waits = 10;
        machine.waitFor(MILLIS, waits); // in vain, until no budget is left
        int looks;
        do {
            looks = looks(machine);
            machine.found();
            waits++;
        } while (looks <= 1);
        return waits;
    }

    @Test
    void spinningLooksOnWhileNoSliceIsLost() {
        ModelSpinner machine = new ModelSpinner(WaitStrategy.spinning(), 2, now -> 100 * MICROS);
        machine.waitFor(900 * MILLIS, 3);
        assertThat(machine.sleeps).isZero();
    }

    @Test
    void aSpinnerThatStopsLetsOthersLook() {
        AtomicInteger spinning = new AtomicInteger();
        for (int i = 0; i < 200; i++) {
            Spinner spinner = new ModelSpinner(WaitStrategy.adaptive(), 2, now -> NOTHING_TO_RUN, spinning);
            assertThat(spinner.lookAgainClosely()).isTrue();
            if (i % 3 == 0) {
                looks(spinner);
            }
            spinner.stop();
            spinner.stop();
        }
        assertThat(spinning).hasValue(0);
    }

    /** One processor is left to those for whom it looks. */
    @Test
    void fewerLookAtATimeThanThereAreProcessors() {
        AtomicInteger spinning = new AtomicInteger();
        ModelSpinner first = new ModelSpinner(WaitStrategy.adaptive(), 2, now -> NOTHING_TO_RUN, spinning);
        ModelSpinner second = new ModelSpinner(WaitStrategy.adaptive(), 2, now -> NOTHING_TO_RUN, spinning);
        assertThat(first.lookAgain()).isTrue();
        assertThat(looks(second)).as("looks, after one yield").isEqualTo(1);
        assertThat(second.pauses).isZero();
        second.stop();
        first.stop();
        assertThat(second.lookAgainClosely()).isTrue();
    }
}
