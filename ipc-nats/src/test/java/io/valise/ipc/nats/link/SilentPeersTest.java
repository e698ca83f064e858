package io.valise.ipc.nats.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** When a process at the other end is taken for dead, and when it is asked. */
class SilentPeersTest extends LinksFixture {
    private void tick(int times) {
        for (int i = 0; i < times; i++) {
            links.tick(Links.IDLE_MILLIS, true);
        }
    }

    private String peer() {
        return Objects.requireNonNull(accepted.get(0).remote()).inbox();
    }

    /** It may have been heard of just before the first of these calls. */
    @Test
    void aPeerIsNotGivenUpBeforeItsTimeIsUp() {
        taken();
        tick(10);
        assertThat(links.isEmpty()).isFalse();
        tick(1);
        brokenByLoss("no sign of life");
    }

    @Test
    void aLimitThatIsNoMultipleOfASecondIsNotCutShort() {
        links = links(1500);
        taken();
        tick(2);
        assertThat(links.isEmpty()).isFalse();
        tick(1);
        brokenByLoss("no sign of life");
    }

    /** Of a long time between two calls all may have passed before it was heard of. */
    @Test
    void aPeerThatWasHeardOfIsNotGivenUpEarlyWhenAThreadBeginsToWaitForIt() {
        links = links(1500);
        taken();
        links.tick(1000, true);
        links.heard(peer());
        links.tick(1000, true);
        for (int i = 0; i < 14; i++) {
            links.tick(100, true);
        }
        assertThat(links.isEmpty()).isFalse();
        links.tick(100, true);
        brokenByLoss("no sign of life");
    }

    /** Its answers may be behind much else that is on its way. */
    @Test
    void aPeerThatAsksWhetherThisProcessLivesIsAlive() {
        taken();
        ticksAndQuestions(20);
        assertThat(links.isEmpty()).isFalse();
        tick(20);
        brokenByLoss("no sign of life");
    }

    private void ticksAndQuestions(int times) {
        for (int i = 0; i < times; i++) {
            tick(1);
            links.heard(peer());
        }
    }

    /** Of the peer that was asked last. */
    private long number() {
        return Long.parseLong(String.valueOf(answersTo).replaceFirst(".*\\.q\\.", ""));
    }

    private void answers() {
        links.answered(number(), false);
    }

    /** Each peer knows the inbox of this process and its own number there, and may publish what it likes to that. */
    @Test
    void noPeerCanSayOfAnotherThatItLivesOrIsGone() {
        List<String> both = List.of(offered(), offered());
        both.forEach(own -> links.received(own, null, chunk(Chunk.Kind.GRANT, 0, 0, CLIENTS_CREDIT, 0)));
        tick(1);
        String hostile = asked.get(asked.size() - 1);
        long own = number();
        List<Long> guesses = LongStream.rangeClosed(own - 50, own + 50)
                .filter(guess -> guess != own)
                .boxed()
                .toList();
        assertThat(guesses).as("as if not heard").allMatch(guess -> links.answered(guess, true) == 0);
        for (int i = 0; i < 10; i++) {
            guesses.forEach(guess -> links.answered(guess, false));
            links.answered(own, false);
            tick(1);
        }
        int before = asked.size();
        tick(1);
        assertThat(asked.subList(before, asked.size())).as("alive").containsExactly(hostile);
    }

    /** What it is asked gets lost, or the thread that would answer hangs. */
    @Test
    void aPeerThatAsksAndNeverAnswersIsDeadInTheEnd() {
        taken();
        ticksAndQuestions(30);
        answers();
        ticksAndQuestions(10 * Links.UNANSWERED);
        assertThat(links.isEmpty()).isFalse();
        ticksAndQuestions(1);
        brokenByLoss("no answer of the process at the other end: limit=40000 ms");
    }

    /** Else others took it for alive by that, for ever. */
    @Test
    void aProcessThatHandlesNothingAsksNoMoreAfterAWhile() {
        taken();
        for (int i = 0; i < 9; i++) {
            links.tick(Links.IDLE_MILLIS, false);
        }
        assertThat(asked).hasSize(9);
        for (int i = 0; i < 9; i++) {
            links.tick(Links.IDLE_MILLIS, false);
        }
        assertThat(asked).hasSize(9);
        tick(1);
        assertThat(asked).hasSize(10);
    }
}
