package io.valise.ipc.nats.connect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Any process may answer who serves what, and as much as it likes. */
class AnswersTest {
    private static int count(Answers answers) throws InterruptedException {
        int count = 0;
        while (answers.next(0) != null) {
            count++;
        }
        return count;
    }

    @Test
    void answersBeyondTheLimitsAreDroppedUntilSomeWereTaken() throws InterruptedException {
        byte[] large = new byte[(int) (Answers.MOST_BYTES / 4)];
        Answers answers = new Answers(10);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 6; i++) {
                answers.add(large);
            }
            assertThat(count(answers)).isEqualTo(4);
            for (int i = 0; i < 20; i++) {
                answers.add(new byte[1]);
            }
            assertThat(count(answers)).isEqualTo(10);
        }
    }

    @Test
    void theOneThatSaysThatNoProcessIsAskedIsKnownWhileItIsFirst() throws InterruptedException {
        Answers answers = new Answers(10);
        assertThat(answers.beginWithNoneAsked()).isFalse();
        answers.add(null);
        answers.add(new byte[] {1});
        assertThat(answers.beginWithNoneAsked()).isTrue();
        assertThat(answers.next(0)).isEmpty();
        assertThat(answers.beginWithNoneAsked()).isFalse();
        assertThat(answers.next(0)).containsExactly(1);
    }
}
