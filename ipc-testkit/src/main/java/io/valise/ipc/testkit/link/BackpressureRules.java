package io.valise.ipc.testkit.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.Running;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** L12 to L19: what happens when there is no room. */
public abstract class BackpressureRules extends LinkRules {
    private static final int LENGTH = 2_000;
    private static final long BOUND = 256L << 20;

    protected BackpressureRules(Candidate candidate) {
        super(candidate);
    }

    /** Sends numbered frames until the link takes no more; returns how many it took. */
    private static int fill(LinkEnd sender) {
        for (int count = 0; (long) count * LENGTH < BOUND; count++) {
            if (!sender.tryWrite(LinkEnd.frame(count, LENGTH))) {
                return count;
            }
            if (!sender.link().flush()) {
                return count + 1;
            }
        }
        throw new AssertionError("a link took more than it can hold: limit=" + BOUND + " bytes");
    }

    private static void drain(LinkEnd receiver, int count) {
        for (int i = 0; i < count; i++) {
            receiver.expect(LinkEnd.frame(i, LENGTH));
        }
    }

    @Test
    void L12_fullLinkSaysSoWithoutBlocking() {
        Pair pair = pair();
        assertThat(fill(pair.client())).isPositive();
        assertThat(fill(pair.server())).isPositive();
    }

    @Test
    void L13_whatWasTakenArrives() throws Exception {
        Pair pair = pair();
        for (int round = 0; round < 3; round++) {
            int count = fill(pair.client());
            Running<Void> flusher = start(() -> {
                pair.client().flush();
                return null;
            });
            drain(pair.server(), count);
            flusher.join();
        }
    }

    @Test
    void L14_blockedSenderGoesOn() throws Exception {
        Pair pair = pair();
        for (int round = 0; round < 20; round++) {
            int stuck = fill(pair.client());
            Running<Void> sender = start(() -> {
                pair.client().flush();
                pair.client().send(LinkEnd.frame(stuck, LENGTH));
                return null;
            });
            // The link is full before the sender begins: it sleeps, and only the reader can wake it.
            meet(round, sender);
            drain(pair.server(), stuck + 1);
            sender.join();
        }
    }

    @Test
    void L14_senderAndReaderPauseAtEveryPoint() throws Exception {
        Pair pair = pair();
        int frame = Math.min(pair.client().link().maxFrameBytes(), 30_000);
        int count = 1_500;
        Running<Void> sender = start(() -> {
            for (int i = 0; i < count; i++) {
                pair.client().send(LinkEnd.frame(i, frame));
            }
            return null;
        });
        for (int i = 0; i < count; i++) {
            // A reader that pauses at every point of the sender's wait.
            dither(i);
            pair.server().expect(LinkEnd.frame(i, frame));
        }
        sender.join();
    }

    @Test
    void L15_directionsAreIndependent() throws Exception {
        Pair pair = pair();
        for (Pair way : List.of(pair, pair.swapped())) {
            int stuck = fill(way.client());
            for (int i = 0; i < 200; i++) {
                way.server().send(LinkEnd.frame(i, LENGTH));
                way.client().expect(LinkEnd.frame(i, LENGTH));
            }
            Running<Void> flusher = start(() -> {
                way.client().flush();
                return null;
            });
            drain(way.server(), stuck);
            flusher.join();
        }
    }

    @Test
    void L16_floodBothWays() throws Exception {
        Pair pair = pair();
        int longest = pair.client().link().maxFrameBytes();
        int count = 1_500;
        together(4, number -> {
            LinkEnd end = number < 2 ? pair.client() : pair.server();
            for (int i = 0; i < count; i++) {
                int length = 1 + new SplittableRandom(i).nextInt(i % 100 == 0 ? longest : Math.min(longest, 8_000));
                if (number % 2 == 0) {
                    end.send(LinkEnd.frame(i, length));
                } else {
                    end.expect(LinkEnd.frame(i, length));
                }
            }
        });
        assertThat(pair.client().poll(1)).isZero();
        assertThat(pair.server().poll(1)).isZero();
    }

    @Test
    void L17_interruptedSenderReturns() throws Exception {
        Pair pair = pair();
        int count = fill(pair.client());
        Running<Boolean> waiter = start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                pair.client().link().awaitWritable(LinkEnd.FOREVER);
            }
            // It must also return when the interrupt status is already set.
            pair.client().link().awaitWritable(LinkEnd.FOREVER);
            return Thread.currentThread().isInterrupted();
        });
        meet(0, waiter);
        waiter.thread().interrupt();
        assertThat(waiter.join()).isTrue();
        Running<Void> flusher = start(() -> {
            pair.client().flush();
            return null;
        });
        drain(pair.server(), count);
        flusher.join();
        pair.client().send(LinkEnd.frame(-1, 10));
        pair.server().expect(LinkEnd.frame(-1, 10));
    }

    @Test
    void L18_blockedSenderLearnsOfTheEnd() throws Exception {
        for (int round = 0; round < 6; round++) {
            Pair pair = pair();
            LinkEnd closer = round % 2 == 0 ? pair.client() : pair.server();
            fill(pair.client());
            Running<Void> sender = start(() -> {
                sendUntilTheEnd(pair.client());
                return null;
            });
            meet(round, sender);
            closer.link().close();
            sender.join();
        }
    }

    @Test
    void L19_occupancyTellsWhatThePeerHasNotRead() throws Exception {
        Pair pair = pair();
        Link link = pair.client().link();
        boolean tells = link.occupancy().isPresent();
        double atFirst = link.occupancy().orElse(0);
        int count = fill(pair.client());
        double full = link.occupancy().orElse(1);
        Running<Void> flusher = start(() -> {
            pair.client().flush();
            return null;
        });
        drain(pair.server(), count);
        flusher.join();
        double read = link.occupancy().orElse(0);
        assertThat(atFirst).isBetween(0.0, 0.25);
        assertThat(full).isBetween(0.5, 1.0);
        assertThat(read).isBetween(0.0, 0.25);
        assertThat(link.occupancy().isPresent()).isEqualTo(tells);
        link.close();
        assertThat(link.occupancy()).isEmpty();
    }

    /** Sends until the link reports its end, which may take a buffer or two. */
    private static void sendUntilTheEnd(LinkEnd end) {
        try {
            for (long sent = 0; sent < BOUND; sent += LENGTH) {
                end.send(LinkEnd.frame(1, LENGTH));
            }
        } catch (IpcException e) {
            assertThat(e.status()).isIn(IpcStatus.CONNECTION_CLOSED, IpcStatus.PEER_DIED);
            return;
        }
        assertThat(end.poll(1)).as("a link that takes everything has ended").isEqualTo(Link.END);
    }
}
