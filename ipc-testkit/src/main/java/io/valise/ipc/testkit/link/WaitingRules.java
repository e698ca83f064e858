package io.valise.ipc.testkit.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.Running;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * L20 to L29: waiting for frames. Waits have no timeout: if what must end one does not, the watchdog reports a hang.
 */
public abstract class WaitingRules extends LinkRules {
    protected WaitingRules(Candidate candidate) {
        super(candidate);
    }

    @Test
    void L20_arrivalEndsTheWait() throws Exception {
        Pair pair = pair();
        for (int i = 0; i < 300; i++) {
            int round = i;
            Running<Void> waiter = start(() -> {
                pair.server().expect(LinkEnd.frame(round, 20));
                return null;
            });
            meet(round, waiter);
            pair.client().send(LinkEnd.frame(round, 20));
            waiter.join();
        }
    }

    @Test
    void L21_whatArrivedBeforeEndsTheWait() {
        Pair pair = pair();
        for (int i = 0; i < 300; i++) {
            assertThat(pair.server().poll(1)).isZero();
            pair.client().send(LinkEnd.frame(i, 20));
            pair.server().link().await(LinkEnd.FOREVER);
            // A wait that is not followed by a poll consumes nothing.
            pair.server().link().await(LinkEnd.FOREVER);
            pair.server().expect(LinkEnd.frame(i, 20));
        }
    }

    @Test
    void L22_wakeEndsTheWaitOfAnother() throws Exception {
        Pair pair = pair();
        AtomicBoolean leave = new AtomicBoolean();
        Running<Void> waiter = start(() -> {
            while (!leave.get()) {
                pair.server().link().await(LinkEnd.FOREVER);
            }
            return null;
        });
        meet(0, waiter);
        leave.set(true);
        pair.server().link().wake();
        waiter.join();
        assertThat(pair.server().poll(1)).isZero();
    }

    @Test
    void L23_wakeIsNeverLost() throws Exception {
        Link link = pair().server().link();
        for (int i = 0; i < 100; i++) {
            link.wake();
            link.await(LinkEnd.FOREVER);
        }
        CyclicBarrier start = new CyclicBarrier(2);
        int rounds = 3_000;
        Running<Void> waker = start(() -> {
            for (int i = 0; i < rounds; i++) {
                start.await();
                dither(i);
                link.wake();
            }
            return null;
        });
        for (int i = 0; i < rounds; i++) {
            start.await();
            dither(i * 7);
            // One wake per round, one wait per round: after a single lost wake-up this waits for ever.
            link.await(LinkEnd.FOREVER);
        }
        waker.join();
    }

    @Test
    void L24_everyWaitIsLegal() {
        Pair pair = pair();
        for (long nanos : new long[] {0, 1, 999, 1_000_000, 2_500_000}) {
            pair.client().link().await(nanos);
            assertThat(pair.client().poll(1)).isZero();
            pair.client().link().awaitWritable(nanos);
        }
        // There is space: it returns at once, whatever the timeout.
        pair.client().link().awaitWritable(Long.MAX_VALUE);
        pair.client().link().wake();
        pair.client().link().await(Long.MAX_VALUE - 1);
        assertThat(pair.client().poll(1)).isZero();
    }

    @Test
    void L25_interruptEndsTheWaitAndNothingElse() throws Exception {
        Pair pair = pair();
        for (int round = 0; round < 20; round++) {
            Running<Boolean> waiter = start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    pair.server().link().await(LinkEnd.FOREVER);
                }
                pair.server().link().await(LinkEnd.FOREVER);
                return Thread.currentThread().isInterrupted();
            });
            meet(round, waiter);
            waiter.thread().interrupt();
            assertThat(waiter.join()).isTrue();
            for (Pair way : List.of(pair, pair.swapped())) {
                way.client().send(LinkEnd.frame(round, 30));
                way.server().expect(LinkEnd.frame(round, 30));
            }
        }
    }

    @Test
    void L26_peersCloseEndsTheWait() throws Exception {
        for (int round = 0; round < 10; round++) {
            Pair pair = round % 2 == 0 ? pair() : pair().swapped();
            Running<Boolean> waiter = start(() -> pair.server().awaitEnd());
            meet(round, waiter);
            pair.client().link().close();
            assertThat(waiter.join()).isTrue();
        }
    }

    @Test
    void L27_ownCloseEndsEveryWait() throws Exception {
        for (int round = 0; round < 10; round++) {
            Pair pair = round % 2 == 0 ? pair() : pair().swapped();
            Running<Void> waiter = start(() -> {
                waitUntilClosed(pair.client().link());
                return null;
            });
            meet(round, waiter);
            pair.client().link().close();
            waiter.join();
        }
    }

    private static void waitUntilClosed(Link link) {
        try {
            link.await(LinkEnd.FOREVER);
            // It returned: early, or because the link is closed. When the link is certainly closed it must return at
            // once.
            while (link.poll(view -> true, 1) == 0 && !Thread.currentThread().isInterrupted()) {
                link.await(LinkEnd.FOREVER);
            }
        } catch (IpcException e) {
            assertThat(e.status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        }
    }

    @Test
    void L28_othersPollWhileOneStillWaits() throws Exception {
        Pair pair = pair();
        int rounds = 500;
        CyclicBarrier handOver = new CyclicBarrier(2);
        AtomicInteger waiting = new AtomicInteger();
        Running<Void> straggler = start(() -> {
            for (int i = 0; i < rounds; i++) {
                handOver.await();
                waiting.incrementAndGet();
                pair.server().link().await(LinkEnd.FOREVER);
                handOver.await();
            }
            return null;
        });
        for (int i = 0; i < rounds; i++) {
            handOver.await();
            while (waiting.get() <= i) {
                Thread.onSpinWait();
            }
            meet(i, straggler);
            pair.client().send(LinkEnd.frame(i, 20));
            while (pair.server().poll(1) == 0) {
                Thread.onSpinWait();
            }
            pair.server().link().wake();
            handOver.await();
            pair.server().expect(LinkEnd.frame(i, 20));
        }
        straggler.join();
    }

    @Test
    void L29_pingPongNeverStalls() throws Exception {
        Pair pair = pair();
        int rounds = 5_000;
        Running<Void> echo = start(() -> {
            for (int i = 0; i < rounds; i++) {
                pair.server().send(pair.server().receive());
            }
            return null;
        });
        for (int i = 0; i < rounds; i++) {
            if (i % 16 == 0) {
                dither(i);
            }
            byte[] ping = LinkEnd.frame(i, 1 + i % 200);
            pair.client().send(ping);
            pair.client().expect(ping);
        }
        echo.join();
    }
}
