package io.valise.ipc.testkit.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.spi.Link;
import io.valise.ipc.testkit.Candidate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** L30 to L36: the transport waits. */
public abstract class ArmingRules extends LinkRules {
    protected ArmingRules(Candidate candidate) {
        super(candidate);
    }

    /** Arms and returns what completes with the thread that called back. */
    private static CompletableFuture<Thread> arm(LinkEnd end) {
        CompletableFuture<Thread> fired = new CompletableFuture<>();
        end.link().arm(() -> fired.complete(Thread.currentThread()));
        return fired;
    }

    @Test
    void L30_arrivalCallsBackOnce() throws Exception {
        Pair pair = pair();
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        pair.server().link().arm(() -> {
            calls.incrementAndGet();
            first.countDown();
        });
        for (int i = 0; i < 20; i++) {
            pair.client().send(LinkEnd.frame(i, 20));
        }
        first.await();
        for (int i = 0; i < 20; i++) {
            pair.server().expect(LinkEnd.frame(i, 20));
        }
        CompletableFuture<Thread> second = arm(pair.server());
        pair.client().send(LinkEnd.frame(0, 20));
        second.get();
        assertThat(calls).hasValue(1);
    }

    @Test
    void L31_whatIsThereCallsBackAtOnce() throws Exception {
        Pair pair = pair();
        for (int i = 0; i < 100; i++) {
            pair.client().send(LinkEnd.frame(i, 20));
            pair.server().link().await(LinkEnd.FOREVER);
            arm(pair.server()).get();
            // Not polled yet: the frame is still there.
            arm(pair.server()).get();
            pair.server().expect(LinkEnd.frame(i, 20));
        }
    }

    @Test
    void L32_endCallsBack() throws Exception {
        for (Pair pair : List.of(pair(), pair().swapped())) {
            CompletableFuture<Thread> fired = arm(pair.server());
            pair.client().link().close();
            fired.get();
            assertThat(pair.server().awaitEnd()).isTrue();
            arm(pair.server()).get();
        }
    }

    @Test
    void L33_laterArmReplacesTheEarlier() throws Exception {
        Pair pair = pair();
        for (int i = 0; i < 50; i++) {
            CompletableFuture<Thread> replaced = arm(pair.server());
            CompletableFuture<Thread> armed = arm(pair.server());
            pair.client().send(LinkEnd.frame(i, 20));
            armed.get();
            pair.server().expect(LinkEnd.frame(i, 20));
            assertThat(replaced).isNotDone();
        }
    }

    @Test
    void L34_noArrivalIsMissed() throws Exception {
        ExecutorService clientThread = single();
        ExecutorService serverThread = single();
        Pair pair = pair();
        int rounds = 3_000;
        CompletableFuture<Integer> done = new CompletableFuture<>();
        new Player(
                        pair.server().link(),
                        serverThread,
                        done,
                        frames -> pair.server().send(LinkEnd.frame(frames, 30)))
                .arm();
        new Player(pair.client().link(), clientThread, done, frames -> {
                    dither(frames % 8 == 0 ? frames : 0);
                    if (frames == rounds) {
                        done.complete(frames);
                    } else {
                        pair.client().send(LinkEnd.frame(frames, 30));
                    }
                })
                .arm();
        // By the player's thread: the reply may arrive, and be replied to, while a sender has not returned yet.
        clientThread.execute(() -> pair.client().send(LinkEnd.frame(0, 30)));
        assertThat(done.get()).isEqualTo(rounds);
    }

    private ExecutorService single() {
        ThreadFactory daemons = work -> {
            Thread thread = new Thread(work, "player");
            thread.setDaemon(true);
            return thread;
        };
        // A callback may run when the test is already over.
        ExecutorService executor = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                daemons,
                new ThreadPoolExecutor.DiscardPolicy());
        closing(executor::shutdownNow);
        return executor;
    }

    /** Reads only when called back, on a thread of its own, and counts. */
    private static final class Player {
        private final Link link;
        private final ExecutorService thread;
        private final CompletableFuture<?> failure;
        private final IntConsumer onFrame;
        private int frames;

        Player(Link link, ExecutorService thread, CompletableFuture<?> failure, IntConsumer onFrame) {
            this.link = link;
            this.thread = thread;
            this.failure = failure;
            this.onFrame = onFrame;
        }

        void arm() {
            link.arm(() -> thread.execute(this::playOrFail));
        }

        private void playOrFail() {
            try {
                play();
            } catch (RuntimeException e) {
                failure.completeExceptionally(e);
            }
        }

        private void play() {
            int delivered = link.poll(
                    view -> {
                        onFrame.accept(++frames);
                        return true;
                    },
                    10);
            if (delivered != Link.END) {
                arm();
            }
        }
    }

    @Test
    void L35_armedLinksCostNoThread() throws Exception {
        Served served = serve();
        List<CompletableFuture<Thread>> fired = new ArrayList<>();
        List<Pair> pairs = new ArrayList<>();
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (int i = 0; i < 64; i++) {
            Pair pair = new Pair(connect(served.address()), served.accept());
            pairs.add(pair);
            fired.add(arm(pair.client()));
            fired.add(arm(pair.server()));
        }
        Set<Thread> begun = new HashSet<>(Thread.getAllStackTraces().keySet());
        begun.removeAll(before);
        assertThat(begun).as("threads for 128 armed ends").hasSizeLessThan(32);
        for (Pair pair : pairs) {
            pair.client().send(LinkEnd.frame(1, 20));
            pair.server().send(LinkEnd.frame(2, 20));
        }
        for (CompletableFuture<Thread> one : fired) {
            one.get();
        }
    }

    @Test
    void L36_callbackMayPollArmAndClose() throws Exception {
        Pair pair = pair();
        AtomicInteger frames = new AtomicInteger();
        CountDownLatch closed = new CountDownLatch(1);
        Link link = pair.server().link();
        link.arm(new Runnable() {
            @Override
            public void run() {
                link.poll(view -> frames.incrementAndGet() < 10, 10);
                if (frames.get() < 10) {
                    link.arm(this);
                } else {
                    link.close();
                    closed.countDown();
                }
            }
        });
        for (int i = 0; i < 10; i++) {
            dither(i * 100);
            pair.client().send(LinkEnd.frame(i, 20));
        }
        closed.await();
        assertThat(pair.client().awaitEnd()).isTrue();
    }
}
