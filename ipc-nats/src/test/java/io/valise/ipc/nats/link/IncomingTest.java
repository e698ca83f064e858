package io.valise.ipc.nats.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * How much a receiver lets be on its way, by how quickly it comes, and what a peer costs that keeps to no rule. A relay that
 * throttles shows no test when a window has come.
 */
class IncomingTest {
    private static final int PIECES = 4;

    private final Credit credit = new Credit();
    private final int all = credit.left();
    private long now;
    private long sent;
    private final Incoming incoming = new Incoming(credit, () -> now);

    private static Chunk chunk(Chunk.Kind kind, long offset, int length) {
        return Objects.requireNonNull(Chunk.of(Chunk.head(kind, (byte) 0, (byte) 0, offset, 0, length)));
    }

    private void comes(long length) {
        incoming.add(chunk(Chunk.Kind.DATA, sent, (int) length));
        sent += length;
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private int read(int most) {
        return incoming.read(ByteBuffer.allocate(most));
    }

    private int charged() {
        return all - credit.left();
    }

    /** All that was granted comes within so many milliseconds, and is read; returns how much it was. */
    private long window(long millis) {
        long window = incoming.granted() - sent;
        for (int i = 0; i < PIECES; i++) {
            pass(millis / PIECES);
            comes(window / PIECES);
        }
        assertThat(read((int) window)).isEqualTo((int) window);
        incoming.grant();
        return window;
    }

    /** A round of measuring ends in the second of two windows at the latest. */
    private long twoWindows(long millis) {
        window(millis);
        window(millis);
        return incoming.granted() - sent;
    }

    private void grow() {
        while (incoming.granted() - sent < 4 * Credit.FIRST) {
            window(500);
        }
    }

    @Test
    void theWindowGrowsWhileItComesQuickly() {
        assertThat(window(500)).isEqualTo(Credit.FIRST);
        for (long expected = 4 * Credit.FIRST; expected < Credit.MOST; expected *= 2) {
            assertThat(twoWindows(500)).isGreaterThanOrEqualTo(expected);
        }
        assertThat(twoWindows(500)).isBetween(Credit.MOST / 2L, (long) Credit.MOST);
    }

    @Test
    void theWindowStaysWhereItTakesLonger() {
        window(500);
        for (int i = 0; i < 5; i++) {
            assertThat(twoWindows(1500)).isEqualTo(2 * Credit.FIRST);
        }
        window(500); // it ends a round that began slowly
        assertThat(twoWindows(500)).isEqualTo(4 * Credit.FIRST);
    }

    @Test
    void theWindowBecomesSmallerWhereItTakesLong() {
        grow();
        for (long before = incoming.granted() - sent, next = before; before > Credit.FIRST; before = next) {
            next = twoWindows(5000);
            assertThat(next).isBetween(Credit.FIRST + 0L, before / 2);
        }
        assertThat(twoWindows(5000)).isEqualTo(Credit.FIRST);
        assertThat(charged()).isEqualTo(Credit.FIRST - Credit.BASE);
    }

    @Test
    void timeInWhichNothingIsSentIsNoSignOfASlowNetwork() {
        while (window(500) < Credit.MOST / 2) {
            pass(60_000);
        }
        assertThat(window(500)).isGreaterThanOrEqualTo(Credit.MOST / 2L);
    }

    @Test
    void timeInWhichNothingIsReadIsNoSignOfASlowNetwork() {
        window(500);
        long before = incoming.granted() - sent;
        for (int i = 0; i < 10; i++) {
            while (incoming.granted() > sent) {
                comes(Math.min(Credit.FIRST, incoming.granted() - sent));
            }
            pass(60_000);
            read(Credit.MOST);
            incoming.grant();
        }
        assertThat(incoming.granted() - sent).isGreaterThan(before);
    }

    /** Else there could be more on its way to the process than there is credit for. */
    @Test
    void creditIsGivenBackWhenItCannotBeUsedAnyMore() {
        grow();
        int left = credit.left();
        long granted = incoming.granted();
        int half = (int) (granted - sent) / 2;
        comes(half);
        pass(60_000);
        comes(half);
        incoming.grant(); // nothing was read yet
        assertThat(incoming.granted()).isEqualTo(granted);
        assertThat(credit.left()).isEqualTo(left);
        incoming.release();
        assertThat(credit.left()).isEqualTo(all);
    }

    @Test
    void whatWasNotReadIsChargedAfterCreditWasGivenBack() {
        grow();
        int unread = 3 * Credit.FIRST;
        comes(unread);
        incoming.returned(sent, (byte) 1);
        assertThat(incoming.granted()).isEqualTo(sent + Credit.BASE);
        assertThat(charged()).isEqualTo(unread);
        incoming.grant(); // nothing was read yet
        assertThat(incoming.granted()).isEqualTo(sent + Credit.BASE);
        read(Credit.FIRST);
        assertThat(charged()).isEqualTo(unread - Credit.FIRST);
        incoming.end();
        read(Credit.FIRST);
        assertThat(charged()).isEqualTo(Credit.FIRST - Credit.BASE);
        read(Credit.FIRST);
        assertThat(credit.left()).isEqualTo(all);
    }

    /** It would have more by that, again and again, of a receiver that does not read. */
    @Test
    void creditThatThePeerDoesNotHaveCannotBeGivenBack() {
        comes(incoming.granted() - Credit.BASE);
        incoming.returned(sent, (byte) 1);
        comes(Credit.BASE);
        assertThatExceptionOfType(IpcException.class)
                .isThrownBy(() -> incoming.returned(sent, (byte) 2))
                .satisfies(e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                .withMessageContaining("least=8192 bytes, actual=0");
        assertThat(incoming.granted()).isEqualTo(sent);
    }

    @Test
    void chunksOfOneByteAreKeptTogether() {
        ByteBuffer expected = ByteBuffer.allocate(Credit.FIRST);
        while (sent < Credit.FIRST) {
            int length = sent % 3000 == 0 ? (int) Math.min(700, Credit.FIRST - sent) : 1;
            Chunk chunk = chunk(Chunk.Kind.DATA, sent, length);
            for (int i = 0; i < length; i++) {
                chunk.body().put(i, (byte) (sent + i));
                expected.put((byte) (sent + i));
            }
            incoming.add(chunk);
            sent += length;
            if (sent == 1701) {
                assertThat(read(1)).isEqualTo(1);
            }
        }
        assertThat(incoming.buffers()).isLessThan(2 * Credit.FIRST / 512);
        ByteBuffer read = ByteBuffer.allocate(Credit.FIRST);
        incoming.read(read.position(1));
        assertThat(read.array()).isEqualTo(expected.array());
    }
}
