package io.valise.ipc.internal.session;

import static io.valise.ipc.internal.session.ReadRight.ARMED;
import static io.valise.ipc.internal.session.ReadRight.CALLER_SLEEPING;
import static io.valise.ipc.internal.session.ReadRight.FREE;
import static io.valise.ipc.internal.session.ReadRight.HANDLING;
import static io.valise.ipc.internal.session.ReadRight.NONE;
import static io.valise.ipc.internal.session.ReadRight.PAUSED;
import static io.valise.ipc.internal.session.ReadRight.READING;
import static io.valise.ipc.internal.session.ReadRight.SLEEPING;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.internal.work.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The right to read, state by state: a connection cannot be made to take it over at a given moment. */
class ReadRightTest {
    private final ReadRight right = new ReadRight();

    /** As a thread does that waits for a reply. */
    private long takeAsCaller() {
        long seen = right.snapshot();
        return ReadRight.isOpenToCallers(ReadRight.phaseOf(seen)) ? right.takeOver(seen) : NONE;
    }

    @Test
    void liesFreeAtFirstAndIsTakenOnce() {
        assertThat(right.phase()).isEqualTo(FREE);
        long turn = right.takeFrom(FREE);
        assertThat(turn).isNotEqualTo(NONE);
        assertThat(right.phase()).isEqualTo(READING);
        assertThat(right.takeFrom(FREE)).isEqualTo(NONE);
        assertThat(takeAsCaller()).isEqualTo(NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {FREE, HANDLING, SLEEPING, ARMED, PAUSED})
    void callerTakesWhateverIsNotBeingRead(int phase) {
        long turn = right.takeFrom(FREE);
        right.leaveTo(phase, turn);
        assertThat(takeAsCaller()).isGreaterThan(turn);
        assertThat(right.resume(phase, turn)).as("the one before has lost it").isFalse();
    }

    @Test
    void noThreadTakesFromASleepingCaller() {
        long turn = right.takeFrom(FREE);
        right.leaveTo(CALLER_SLEEPING, turn);
        assertThat(takeAsCaller()).isEqualTo(NONE);
        for (int phase : new int[] {FREE, HANDLING, SLEEPING, ARMED, PAUSED, READING}) {
            assertThat(right.takeFrom(phase)).isEqualTo(NONE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {HANDLING, SLEEPING})
    void holderResumesUnlessAnotherThreadTookTheRight(int phase) {
        long turn = right.takeFrom(FREE);
        right.leaveTo(phase, turn);
        assertThat(right.resume(phase, turn)).isTrue();
        assertThat(right.phase()).isEqualTo(READING);
    }

    @Test
    void takeoverIsOfTheHandlerThatWasSeen() {
        long turn = right.beginHandling(work, right.takeFrom(FREE));
        long seen = right.snapshot();
        assertThat(right.endHandling(turn)).isTrue();
        long next = right.beginHandling(work, turn);
        assertThat(next).isNotEqualTo(turn);
        assertThat(right.takeOver(seen)).as("that handler has come back").isEqualTo(NONE);
        assertThat(work.told).isEmpty();
        assertThat(right.takeOver(right.snapshot())).isNotEqualTo(NONE);
        assertThat(right.endHandling(next)).isFalse();
    }

    @Test
    void whatIsTakenOverFromIsToldSo() {
        right.beginHandling(work, right.takeFrom(FREE));
        long turn = takeAsCaller();
        assertThat(work.told).containsExactly("overtaken");
        right.beginHandling(work, turn);
        assertThat(right.takeOverStalled(right.snapshot())).isNotEqualTo(NONE);
        assertThat(work.told).containsExactly("overtaken", "overtaken", "stalled");
    }

    @ParameterizedTest
    @ValueSource(ints = {FREE, SLEEPING, ARMED, PAUSED})
    void whatIsDoneIsToldNothing(int phase) {
        long turn = right.beginHandling(work, right.takeFrom(FREE));
        assertThat(right.endHandling(turn)).isTrue();
        right.leaveTo(phase, turn);
        long taken = takeAsCaller();
        right.beginHandling(null, taken); // such as a flush
        assertThat(right.takeOverStalled(right.snapshot())).isNotEqualTo(NONE);
        assertThat(work.told).isEmpty();
    }

    private final Told work = new Told();

    /** Task that notes what it is told. */
    private static final class Told implements Task {
        final List<String> told = new ArrayList<>();

        @Override
        public void run(boolean onReader) {}

        @Override
        public boolean needsOtherThread(boolean readerIsCaller) {
            return false;
        }

        @Override
        public void overtaken() {
            told.add("overtaken");
        }

        @Override
        public void stalled() {
            told.add("stalled");
        }
    }

    @Test
    void neverTwoHoldersAndEveryHolderSeesWhatTheOneBeforeDid() throws InterruptedException {
        AtomicInteger holders = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        int[] plain = new int[1];
        int[] turnsOf = new int[4];
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int mine = t;
            threads.add(new Thread(() -> {
                SplittableRandom random = new SplittableRandom(mine);
                int[] phases = {FREE, HANDLING, SLEEPING, ARMED, PAUSED};
                while (turnsOf[mine] < 20_000) {
                    long turn = random.nextBoolean() ? takeAsCaller() : right.takeFrom(FREE);
                    if (turn == NONE) {
                        Thread.onSpinWait();
                        continue;
                    }
                    if (holders.incrementAndGet() != 1) {
                        wrong.incrementAndGet();
                    }
                    plain[0]++;
                    turnsOf[mine]++;
                    holders.decrementAndGet();
                    right.leaveTo(phases[random.nextInt(phases.length)], turn);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).hasValue(0);
        assertThat(plain[0]).isEqualTo(80_000);
    }
}
