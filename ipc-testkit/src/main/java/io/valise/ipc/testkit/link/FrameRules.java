package io.valise.ipc.testkit.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.spi.Link;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.Running;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** L01 to L11: frames. */
public abstract class FrameRules extends LinkRules {
    protected FrameRules(Candidate candidate) {
        super(candidate);
    }

    @Test
    void L01_framesArriveWholeInOrderOnce() throws Exception {
        Pair pair = pair();
        int longest = Math.min(pair.client().link().maxFrameBytes(), 100_000);
        int count = 3_000;
        Running<Void> sender = start(() -> {
            for (int i = 0; i < count; i++) {
                pair.client().send(LinkEnd.frame(i, length(i, longest)));
            }
            return null;
        });
        for (int i = 0; i < count; i++) {
            pair.server().expect(LinkEnd.frame(i, length(i, longest)));
        }
        sender.join();
        assertThat(pair.server().poll(1)).isZero();
    }

    /** Mostly short, now and then long, every remainder of 8. */
    private static int length(int number, int longest) {
        SplittableRandom random = new SplittableRandom(number);
        return 1 + random.nextInt(number % 50 == 0 ? longest : 300);
    }

    @Test
    void L02_longestFrameIsTheSameAtBothEnds() {
        Pair pair = pair();
        assertThat(pair.client().link().maxFrameBytes())
                .isGreaterThanOrEqualTo(4096)
                .isEqualTo(pair.server().link().maxFrameBytes());
    }

    @Test
    void L03_shortestAndLongestFramesCross() throws Exception {
        Pair pair = pair();
        int longest = pair.client().link().maxFrameBytes();
        for (Pair direction : List.of(pair, pair.swapped())) {
            for (int length : new int[] {1, longest, 1, longest - 1, longest, longest}) {
                byte[] frame = LinkEnd.frame(length, length);
                Running<Void> sender = start(() -> {
                    direction.client().send(frame);
                    return null;
                });
                direction.server().expect(frame);
                sender.join();
            }
        }
    }

    @Test
    void L04_claimIsABigEndianViewOfThatLength() {
        Link link = pair().client().link();
        for (int length : new int[] {1, 7, 8, 9, 1000, 4096, link.maxFrameBytes()}) {
            ByteBuffer space = Objects.requireNonNull(link.claim(length), "room in an empty link");
            assertThat(space.remaining()).isEqualTo(length);
            assertThat(space.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
            assertThat(space.isReadOnly()).isFalse();
            link.abort();
        }
    }

    @Test
    void L05_commitSendsThePrefix() {
        Pair pair = pair();
        for (int length = 1; length <= 100; length++) {
            ByteBuffer space = Objects.requireNonNull(pair.client().link().claim(100), "room");
            space.put(LinkEnd.frame(length, 100));
            if (length % 2 == 0) {
                space.position(0).limit(1).order(ByteOrder.LITTLE_ENDIAN);
            }
            pair.client().link().commit(length);
            pair.client().flush();
            pair.server().expect(Arrays.copyOf(LinkEnd.frame(length, 100), length));
        }
    }

    @Test
    void L06_abortedFramesAreNeverSeen() {
        Pair pair = pair();
        for (int i = 0; i < 200; i++) {
            pair.client().write(LinkEnd.frame(i, 50));
            ByteBuffer space = pair.client().link().claim(1 + (i * 31) % 4096);
            if (space != null) {
                space.put((byte) 0x5A);
                pair.client().link().abort();
            }
            if (i % 3 == 0) {
                pair.client().flush();
                pair.server().poll(1);
            }
        }
        pair.client().flush();
        for (int i = 0; i < 200; i++) {
            pair.server().expect(LinkEnd.frame(i, 50));
        }
        assertThat(pair.server().poll(1)).isZero();
    }

    @Test
    void L07_oneFlushPublishesManyFrames() {
        Pair pair = pair();
        for (int batch = 0; batch < 50; batch++) {
            for (int i = 0; i < 20; i++) {
                pair.client().write(LinkEnd.frame(batch * 20 + i, 100));
            }
            pair.client().flush();
            for (int i = 0; i < 20; i++) {
                pair.server().expect(LinkEnd.frame(batch * 20 + i, 100));
            }
        }
    }

    @Test
    void L08_viewIsExactlyTheFrame() {
        Pair pair = pair();
        for (int i = 1; i <= 60; i++) {
            pair.client().write(LinkEnd.frame(i, i));
        }
        pair.client().flush();
        List<Integer> lengths = new ArrayList<>();
        pollUntil(pair.server(), lengths, 60, view -> {
            assertThat(view.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
            lengths.add(view.remaining());
            byte[] bytes = new byte[view.remaining()];
            view.duplicate().get(bytes);
            assertThat(bytes).isEqualTo(LinkEnd.frame(lengths.size(), lengths.size()));
            // A careless handler: half read, order and limit changed.
            view.order(ByteOrder.LITTLE_ENDIAN).limit(view.limit() - view.remaining() / 2);
            return true;
        });
        assertThat(lengths).hasSize(60);
        assertThat(pair.server().poll(1)).isZero();
    }

    @Test
    void L09_pollStopsAtTheLimitOrWhenTold() {
        Pair pair = pair();
        for (int i = 0; i < 100; i++) {
            pair.client().write(LinkEnd.frame(i, 16));
        }
        pair.client().flush();
        List<byte[]> seen = new ArrayList<>();
        Link.FrameHandler takesThree = view -> {
            byte[] bytes = new byte[view.remaining()];
            view.get(bytes);
            seen.add(bytes);
            return seen.size() % 3 != 0;
        };
        for (int limit = 1; seen.size() < 100; limit = limit % 5 + 1) {
            int before = seen.size();
            int delivered = pair.server().link().poll(takesThree, limit);
            assertThat(delivered).isEqualTo(seen.size() - before).isLessThanOrEqualTo(Math.min(limit, 3 - before % 3));
            if (delivered == 0) {
                pair.server().link().await(LinkEnd.FOREVER);
            }
        }
        for (int i = 0; i < 100; i++) {
            assertThat(seen.get(i)).isEqualTo(LinkEnd.frame(i, 16));
        }
    }

    private static void pollUntil(LinkEnd end, List<?> seen, int count, Link.FrameHandler handler) {
        while (seen.size() < count) {
            if (end.link().poll(handler, count) == 0) {
                end.link().await(LinkEnd.FOREVER);
            }
        }
    }

    @Test
    void L10_pollDoesNotBlock() {
        Pair pair = pair();
        for (int i = 0; i < 100; i++) {
            assertThat(pair.client().poll(1)).isZero();
            assertThat(pair.server().poll(1000)).isZero();
        }
    }

    @Test
    void L11_rightsMoveFromThreadToThread() throws Exception {
        Pair pair = pair();
        int count = 4_000;
        int[] sent = {0};
        int[] received = {0};
        ReentrantLock sending = new ReentrantLock();
        ReentrantLock receiving = new ReentrantLock();
        together(6, number -> {
            ReentrantLock right = number % 2 == 0 ? sending : receiving;
            int[] progress = number % 2 == 0 ? sent : received;
            for (boolean more = true; more; ) {
                right.lock();
                try {
                    more = progress[0] < count;
                    if (more && number % 2 == 0) {
                        pair.client().send(LinkEnd.frame(progress[0]++, 40));
                    } else if (more) {
                        pair.server().expect(LinkEnd.frame(progress[0]++, 40));
                    }
                } finally {
                    right.unlock();
                }
            }
        });
        assertThat(received[0]).isEqualTo(count);
    }
}
