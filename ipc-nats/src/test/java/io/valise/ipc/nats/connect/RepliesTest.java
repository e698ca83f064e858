package io.valise.ipc.nats.connect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How much is answered between two writes. */
class RepliesTest {
    private final Replies replies = new Replies();

    private int added(long writes, int length, int tries) {
        int added = 0;
        for (int i = 0; i < tries; i++) {
            added += replies.mayAdd(writes, length) ? 1 : 0;
        }
        return added;
    }

    @Test
    void onlySoManyAreSentBetweenTwoWrites() {
        assertThat(added(7, 1, 2 * Replies.MOST)).isEqualTo(Replies.MOST);
        assertThat(added(8, 1, 2 * Replies.MOST)).isEqualTo(Replies.MOST);
    }

    @Test
    void onlySoManyBytesAreSentBetweenTwoWrites() {
        int length = 4000;
        assertThat(added(7, length, 100)).isEqualTo(Replies.MOST_BYTES / length);
        assertThat(replies.mayAdd(7, Replies.MOST_BYTES % length + 1)).isFalse();
        assertThat(replies.mayAdd(7, Replies.MOST_BYTES % length)).isTrue();
        assertThat(replies.mayAdd(8, Integer.MAX_VALUE)).isFalse();
    }

    @Test
    void aListOfAThousandNamesIsAnswered() {
        assertThat(added(0, 100 + 40 * 99, 25)).isEqualTo(25);
    }
}
