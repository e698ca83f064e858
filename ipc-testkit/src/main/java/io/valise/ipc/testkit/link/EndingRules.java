package io.valise.ipc.testkit.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.Running;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** L40 to L48: the end. */
public abstract class EndingRules extends LinkRules {
    protected EndingRules(Candidate candidate) {
        super(candidate);
    }

    @Test
    void L40_flushedFramesArriveBeforeTheEnd() {
        for (Pair way : List.of(pair(), pair().swapped())) {
            for (int i = 0; i < 50; i++) {
                way.client().send(LinkEnd.frame(i, 200));
            }
            way.client().link().close();
            for (int i = 0; i < 50; i++) {
                way.server().expect(LinkEnd.frame(i, 200));
            }
            assertThat(way.server().receiveOrEnd()).isNull();
            for (int i = 0; i < 5; i++) {
                way.server().link().await(LinkEnd.FOREVER);
                assertThat(way.server().poll(1)).isEqualTo(Link.END);
            }
        }
    }

    @Test
    void L41_closeIsIdempotentAndMayRace() throws Exception {
        for (int round = 0; round < 10; round++) {
            Pair pair = pair();
            together(
                    8,
                    number -> (number % 2 == 0 ? pair.client() : pair.server())
                            .link()
                            .close());
            pair.client().link().close();
            pair.server().link().close();
        }
    }

    @Test
    void L42_closedLinkAnswersAtOnce() {
        for (Pair way : List.of(pair(), pair().swapped())) {
            Link link = way.client().link();
            way.server().send(LinkEnd.frame(1, 100));
            link.await(LinkEnd.FOREVER);
            assertThat(link.claim(100)).isNotNull();
            link.close();
            returnsOrSaysClosed(() -> link.commit(10));
            for (Runnable call : everyCall(link)) {
                returnsOrSaysClosed(call);
                returnsOrSaysClosed(call);
            }
            assertThat(way.server().awaitEnd()).isTrue();
        }
    }

    private static List<Runnable> everyCall(Link link) {
        return List.of(
                () -> {
                    if (link.claim(10) != null) {
                        link.abort();
                    }
                },
                link::flush,
                () -> link.awaitWritable(LinkEnd.FOREVER),
                () -> link.poll(view -> true, 10),
                () -> link.await(LinkEnd.FOREVER),
                () -> link.arm(() -> {}),
                link::wake,
                link::close);
    }

    private static void returnsOrSaysClosed(Runnable call) {
        try {
            call.run();
        } catch (IpcException e) {
            assertThat(e.status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        }
    }

    @Test
    void L43_claimedViewOutlivesClose() throws Exception {
        for (int round = 0; round < 30; round++) {
            Pair pair = round % 2 == 0 ? pair() : pair().swapped();
            Link link = pair.client().link();
            int length = link.maxFrameBytes();
            ByteBuffer view = Objects.requireNonNull(link.claim(length), "room in an empty link");
            CountDownLatch writing = new CountDownLatch(1);
            Running<Void> closer = start(() -> {
                writing.await();
                link.close();
                return null;
            });
            dither(round * 50);
            writing.countDown();
            for (int i = 0; i < length; i++) {
                view.put(i, (byte) i);
            }
            returnsOrSaysClosed(() -> link.commit(length));
            returnsOrSaysClosed(link::flush);
            closer.join();
        }
    }

    @Test
    void L44_handlersViewOutlivesClose() throws Exception {
        for (int round = 0; round < 30; round++) {
            Pair pair = round % 2 == 0 ? pair() : pair().swapped();
            byte[] frame = LinkEnd.frame(round, Math.min(pair.client().link().maxFrameBytes(), 16_000));
            pair.client().send(frame);
            pair.server().link().await(LinkEnd.FOREVER);
            CountDownLatch reading = new CountDownLatch(1);
            Running<Void> closer = start(() -> {
                reading.await();
                pair.server().link().close();
                return null;
            });
            byte[] copy = new byte[frame.length];
            while (reading.getCount() > 0
                    && pair.server().link().poll(view -> copyWhile(reading, view, copy), 1) == 0) {
                pair.server().link().await(LinkEnd.FOREVER);
            }
            assertThat(copy).isEqualTo(frame);
            closer.join();
        }
    }

    /** Releases the closing thread, then reads for a while. */
    private static boolean copyWhile(CountDownLatch reading, ByteBuffer view, byte[] copy) {
        reading.countDown();
        int start = view.position();
        for (int again = 0; again < 20; again++) {
            for (int i = 0; i < copy.length; i++) {
                copy[i] = view.get(start + i);
            }
        }
        return true;
    }

    @Test
    void L45_endOfOneLeavesTheOthersAlone() {
        Served served = serve();
        Pair staying = new Pair(connect(served.address()), served.accept());
        for (int round = 0; round < 20; round++) {
            Pair leaving = new Pair(connect(served.address()), served.accept());
            leaving.client().send(LinkEnd.frame(round, 50));
            staying.client().send(LinkEnd.frame(round, 50));
            (round % 2 == 0 ? leaving.client() : leaving.server()).link().close();
            staying.server().expect(LinkEnd.frame(round, 50));
            staying.server().send(LinkEnd.frame(round, 60));
            staying.client().expect(LinkEnd.frame(round, 60));
        }
    }

    @Test
    void L46_gettersAnswerAfterClose() {
        Pair pair = pair();
        for (LinkEnd end : List.of(pair.client(), pair.server())) {
            int longest = end.link().maxFrameBytes();
            boolean sameUser = end.link().peer().sameUser();
            end.link().close();
            assertThat(end.link().maxFrameBytes()).isEqualTo(longest);
            assertThat(end.link().peer().sameUser()).isEqualTo(sameUser);
        }
    }

    @Test
    void L47_handlerMayCloseItsOwnLink() {
        for (Pair way : List.of(pair(), pair().swapped())) {
            Link link = way.server().link();
            way.client().send(LinkEnd.frame(1, 100));
            way.client().send(LinkEnd.frame(2, 100));
            link.await(LinkEnd.FOREVER);
            int[] calls = {0};
            returnsOrSaysClosed(() -> link.poll(
                    view -> {
                        calls[0]++;
                        byte first = view.get(0);
                        link.close();
                        // The view is valid until the handler returns, closed or not.
                        return view.get(0) == first && view.remaining() == 100;
                    },
                    1));
            assertThat(calls[0]).isEqualTo(1);
            returnsOrSaysClosed(() -> link.poll(view -> true, 1));
            assertThat(way.client().awaitEnd()).isTrue();
        }
    }

    @Test
    void L48_sendingToAClosedPeerEnds() {
        for (Pair way : List.of(pair(), pair().swapped())) {
            way.server().link().close();
            try {
                for (int i = 0; i < 20_000; i++) {
                    way.client().send(LinkEnd.frame(1, 500));
                }
            } catch (IpcException e) {
                assertThat(e.status()).isIn(IpcStatus.CONNECTION_CLOSED, IpcStatus.PEER_DIED);
            }
            assertThat(way.client().awaitEnd()).isIn(true, false);
        }
    }
}
