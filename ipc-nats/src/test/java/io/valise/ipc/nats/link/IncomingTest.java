package io.valise.ipc.nats.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How much a receiver lets be on its way, by how quickly it comes. Over a connection no test decides how long that takes. */
class IncomingTest {
    private final Credit credit = new Credit();
    private final int all = credit.left();
    private long now;
    private long sent;
    private final Incoming incoming = new Incoming(credit, () -> now);

    /** All that was granted comes within so many milliseconds, and is read; returns how much it was. */
    private long window(long millis) {
        long window = incoming.granted() - sent;
        now += TimeUnit.MILLISECONDS.toNanos(millis);
        incoming.add(Objects.requireNonNull(
                Chunk.of(Chunk.head(Chunk.Kind.DATA, (byte) 0, (byte) 0, sent, 0, (int) window))));
        sent += window;
        assertThat(incoming.read(ByteBuffer.allocate((int) window))).isEqualTo((int) window);
        incoming.grant();
        return window;
    }

    @Test
    void theWindowGrowsWhileItComesQuickly() {
        assertThat(window(500)).isEqualTo(Credit.FIRST);
        for (long expected = 2 * Credit.FIRST; expected < Credit.MOST; expected *= 2) {
            assertThat(window(500)).isEqualTo(expected);
        }
        assertThat(window(500)).isBetween(Credit.MOST / 2L, (long) Credit.MOST);
    }

    @Test
    void theWindowStaysWhereItTakesLonger() {
        window(500);
        assertThat(window(1500)).isEqualTo(2 * Credit.FIRST);
        assertThat(window(1500)).isEqualTo(2 * Credit.FIRST);
        assertThat(window(500)).isEqualTo(2 * Credit.FIRST);
        assertThat(window(500)).isEqualTo(4 * Credit.FIRST);
    }

    @Test
    void theWindowBecomesSmallerWhereItTakesLong() {
        window(500);
        window(500);
        assertThat(window(5000)).isEqualTo(4 * Credit.FIRST);
        assertThat(window(5000)).isEqualTo(2 * Credit.FIRST);
        assertThat(window(5000)).isEqualTo(Credit.FIRST);
        assertThat(window(5000)).isEqualTo(Credit.FIRST);
        assertThat(all - credit.left()).isEqualTo(Credit.FIRST - Credit.BASE);
    }

    /** Else there could be more on its way to the process than there is credit for. */
    @Test
    void creditIsGivenBackWhenItCannotBeUsedAnyMore() {
        window(500);
        window(500);
        int left = credit.left();
        long granted = incoming.granted();
        now += TimeUnit.SECONDS.toNanos(5);
        int half = (int) (granted - sent) / 2;
        incoming.add(Objects.requireNonNull(Chunk.of(Chunk.head(Chunk.Kind.DATA, (byte) 0, (byte) 0, sent, 0, half))));
        incoming.add(Objects.requireNonNull(
                Chunk.of(Chunk.head(Chunk.Kind.DATA, (byte) 0, (byte) 0, sent + half, 0, half))));
        incoming.grant(); // nothing was read yet
        assertThat(incoming.granted()).isEqualTo(granted);
        assertThat(credit.left()).isEqualTo(left);
        incoming.release();
        assertThat(credit.left()).isEqualTo(all);
    }
}
