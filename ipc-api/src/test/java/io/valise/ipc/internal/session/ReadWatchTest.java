package io.valise.ipc.internal.session;

import static io.valise.ipc.internal.session.ReadRight.ARMED;
import static io.valise.ipc.internal.session.ReadRight.CALLER_SLEEPING;
import static io.valise.ipc.internal.session.ReadRight.FREE;
import static io.valise.ipc.internal.session.ReadRight.NONE;
import static io.valise.ipc.internal.session.ReadRight.PAUSED;
import static io.valise.ipc.internal.session.ReadRight.READING;
import static io.valise.ipc.internal.session.ReadRight.SLEEPING;
import static io.valise.ipc.internal.work.Watchdog.NO_MORE;
import static io.valise.ipc.internal.work.Watchdog.TICK_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the watchdog does for a session, tick by tick: a connection would show it by time alone. */
class ReadWatchTest {
    private final ReadRight right = new ReadRight();
    private final List<Long> successors = new ArrayList<>();
    private int unread;
    private boolean ended;
    private boolean crowded;
    private final ReadWatch watch =
            new ReadWatch("a session", right, () -> ended, successors::add, () -> unread++, () -> crowded);

    @Test
    void takesOverFromWorkThatLastsFromTickToTick() {
        long turn = right.beginHandling(null, right.takeFrom(FREE));
        assertThat(watch.tick()).isEqualTo(TICK_NANOS);
        assertThat(successors).isEmpty();
        assertThat(watch.tick()).isEqualTo(TICK_NANOS);
        assertThat(successors).hasSize(1).doesNotContain(NONE);
        assertThat(right.endHandling(turn)).isFalse();
        assertThat(right.phase()).isEqualTo(READING);
    }

    /** This thread, which handles, can run: it lacks a processor as far as anyone can tell. */
    @Test
    void waitsLongerForAThreadThatMayLackAProcessor() {
        crowded = true;
        right.beginHandling(null, right.takeFrom(FREE));
        tick(ReadWatch.TICKS_IN_A_CROWD);
        assertThat(successors).isEmpty();
        watch.tick();
        assertThat(successors).hasSize(1);
    }

    @Test
    void takesOverFromAThreadThatWaitsHoweverCrowdedItIs() throws InterruptedException {
        crowded = true;
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread handling = new Thread(() -> {
            right.beginHandling(null, right.takeFrom(FREE));
            begun.countDown();
            awaitUninterruptibly(end);
        });
        handling.start();
        begun.await();
        while (handling.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        tick(2);
        assertThat(successors).hasSize(1);
        end.countDown();
        handling.join();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void startsNoReaderWhileTheOneThatShouldReadMayLackAProcessor() {
        crowded = true;
        right.leaveTo(FREE, right.takeFrom(FREE));
        tick(ReadWatch.TICKS_IN_A_CROWD);
        assertThat(unread).isZero();
        watch.tick();
        assertThat(unread).isEqualTo(1);
    }

    private void tick(int times) {
        for (int i = 0; i < times; i++) {
            assertThat(watch.tick()).isEqualTo(TICK_NANOS);
        }
    }

    @Test
    void leavesAThreadThatMakesProgress() {
        long turn = right.takeFrom(FREE);
        for (int tick = 0; tick < 3; tick++) {
            turn = right.beginHandling(null, turn);
            assertThat(watch.tick()).isEqualTo(TICK_NANOS);
            assertThat(right.endHandling(turn)).isTrue();
        }
        assertThat(successors).isEmpty();
    }

    private long handleQuickly(long turn) {
        long handled = right.beginHandling(null, turn);
        assertThat(right.endHandling(handled)).isTrue();
        return handled;
    }

    @Test
    void ticksGetRarerUnderSteadyTraffic() {
        long turn = right.takeFrom(FREE);
        for (int i = 0; i < 3 * ReadWatch.TICKS_IN_TRAFFIC; i++) {
            turn = handleQuickly(turn);
            assertThat(watch.tick()).isEqualTo(TICK_NANOS << Math.min(2, (i + 1) / ReadWatch.TICKS_IN_TRAFFIC));
        }
        right.beginHandling(null, turn);
        assertThat(watch.tick()).as("a handler may begin to take long").isEqualTo(TICK_NANOS);
        watch.tick();
        assertThat(successors).hasSize(1);
    }

    @Test
    void ticksAreFrequentWhenNoThreadReads() {
        for (int i = 0; i < 3 * ReadWatch.TICKS_IN_TRAFFIC; i++) {
            right.leaveTo(FREE, right.takeFrom(FREE));
            assertThat(watch.tick()).isEqualTo(TICK_NANOS);
        }
    }

    @Test
    void ticksAreFrequentAgainWhenTrafficStops() {
        long turn = right.takeFrom(FREE);
        for (int i = 0; i < 3 * ReadWatch.TICKS_IN_TRAFFIC; i++) {
            turn = handleQuickly(turn);
            watch.tick();
        }
        assertThat(watch.tick()).isEqualTo(TICK_NANOS);
    }

    @Test
    void hasARightTakenThatLiesFree() {
        right.leaveTo(FREE, right.takeFrom(FREE));
        assertThat(watch.tick()).isEqualTo(TICK_NANOS);
        assertThat(unread).isZero();
        assertThat(watch.tick()).isEqualTo(TICK_NANOS);
        assertThat(unread).isEqualTo(1);
        ended = true;
        assertThat(watch.tick()).isEqualTo(NO_MORE);
        assertThat(unread).isEqualTo(1);
    }

    @Test
    void staysWhileAThreadReads() {
        right.takeFrom(FREE);
        assertThat(watch.tick()).isEqualTo(TICK_NANOS);
        assertThat(watch.tick()).isEqualTo(TICK_NANOS);
        ended = true;
        assertThat(watch.tick()).isEqualTo(NO_MORE);
    }

    @ParameterizedTest
    @ValueSource(ints = {SLEEPING, CALLER_SLEEPING, ARMED, PAUSED})
    void restsWhenNoThreadReadsOrHandles(int phase) {
        right.leaveTo(phase, right.takeFrom(FREE));
        tick(ReadWatch.TICKS_BEFORE_REST);
        assertThat(watch.tick()).isEqualTo(NO_MORE);
        assertThat(successors).isEmpty();
        assertThat(unread).isZero();
    }
}
