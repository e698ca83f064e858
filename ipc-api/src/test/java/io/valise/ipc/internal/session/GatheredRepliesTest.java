package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.internal.frame.Frames;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replies to futures that one poll reads together: each future is completed, however long the code that depends on one takes. */
class GatheredRepliesTest {
    private static final ValueSet HI = ValueSet.of("say", "hi");

    private final ScriptedTransport transport = new ScriptedTransport();
    private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();
    private final CountDownLatch stuck = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private IpcConnection connection;
    private ScriptedPeer peer;
    private CompletableFuture<ValueSet> first;
    private CompletableFuture<ValueSet> second;
    private CompletableFuture<ValueSet> third;
    private long firstId;
    private long secondId;
    private long thirdId;

    @BeforeEach
    void requestThrice() throws InterruptedException {
        CountDownLatch greeted = new CountDownLatch(1); // the poll that reads the WELCOME gathers nothing
        transport.prepare(link -> link.afterFrames(greeted::countDown));
        CompletableFuture<IpcConnection> connecting = IpcClient.builder("scripted:gathered")
                .transport(transport)
                .waitStrategy(WaitStrategy.spinning())
                .onEvent("event", event -> events.add(event.message().getInt("n")))
                .connectAsync();
        peer = transport.nextClient().welcome();
        connection = connecting.join();
        await(greeted);
        first = connection.requestAsync("price", HI);
        firstId = peer.next(Frames.REQUEST).id();
        second = connection.requestAsync("price", HI);
        secondId = peer.next(Frames.REQUEST).id();
        third = connection.requestAsync("price", HI);
        thirdId = peer.next(Frames.REQUEST).id();
    }

    @AfterEach
    void close() {
        release.countDown();
        connection.close();
    }

    private static ValueSet reply(int n) {
        return ValueSet.of("n", n);
    }

    private static RawFrame event(int n) {
        return RawFrame.event("event", reply(n));
    }

    private static IpcStatus failure(CompletableFuture<ValueSet> call) {
        CompletionException failed = catchThrowableOfType(CompletionException.class, call::join);
        return ((IpcException) failed.getCause()).status();
    }

    /** What depends on a reply, and takes long. */
    private void takeLong(ValueSet reply) {
        stuck.countDown();
        await(release);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void repliesAndFailuresCompleteTheirFutures() {
        peer.sendTogether(
                RawFrame.response(firstId, reply(1)),
                RawFrame.error(secondId, 0, IpcStatus.HANDLER_FAILED, "no price"),
                RawFrame.response(thirdId, reply(3)));
        assertThat(first.join()).isEqualTo(reply(1));
        assertThat(failure(second)).isEqualTo(IpcStatus.HANDLER_FAILED);
        assertThat(third.join()).isEqualTo(reply(3));
    }

    @Test
    void moreThanAreCompletedTogetherAreAllCompleted() throws InterruptedException {
        List<CompletableFuture<ValueSet>> calls = new ArrayList<>();
        List<RawFrame> replies = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(connection.requestAsync("price", HI));
            replies.add(RawFrame.response(peer.next(Frames.REQUEST).id(), reply(i)));
        }
        peer.sendTogether(replies.toArray(new RawFrame[0]));
        for (int i = 0; i < 100; i++) {
            assertThat(calls.get(i).join()).isEqualTo(reply(i));
        }
    }

    @Test
    void anActionThatIsAddedWhenTheRepliesWereReadHoldsUpNoOther() {
        AtomicBoolean added = new AtomicBoolean();
        List<CompletableFuture<Void>> action = new ArrayList<>(1);
        peer.link().afterFrames(() -> {
            if (added.compareAndSet(false, true)) {
                action.add(second.thenAccept(this::takeLong));
            }
        });
        peer.sendTogether(
                RawFrame.response(firstId, reply(1)),
                RawFrame.response(secondId, reply(2)),
                RawFrame.response(thirdId, reply(3)));
        await(stuck);
        assertThat(first.join()).isEqualTo(reply(1));
        assertThat(third.join()).isEqualTo(reply(3));
        assertThat(action.get(0)).isNotDone();
        release.countDown();
        action.get(0).join();
    }

    @Test
    void anActionBehindThemHoldsUpNoneThatIsReadLater() throws InterruptedException {
        CompletableFuture<Void> action = second.thenAccept(this::takeLong);
        peer.sendTogether(
                RawFrame.response(firstId, reply(1)),
                RawFrame.response(secondId, reply(2)),
                RawFrame.response(thirdId, reply(3)),
                event(1));
        await(stuck);
        assertThat(first.join()).isEqualTo(reply(1));
        assertThat(third.join()).isEqualTo(reply(3));
        assertThat(events.take()).isEqualTo(1);
        assertThat(action).isNotDone();
        release.countDown();
        action.join();
        assertThat(events).isEmpty();
    }

    /** The thread waits for a future, reads for it, and is stopped when it has read and before it completes a future. */
    @Test
    void anotherThreadCompletesThemWhenTheOneThatReadThemIsStopped() throws InterruptedException {
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1); // else no thread reads for a future
        StoppingThread waits = new StoppingThread();
        AtomicBoolean sent = new AtomicBoolean();
        peer.link().beforePoll(() -> {
            if (Thread.currentThread() == waits && sent.compareAndSet(false, true)) {
                peer.sendTogether(
                        RawFrame.response(firstId, reply(1)),
                        RawFrame.error(secondId, 0, IpcStatus.HANDLER_FAILED, "no price"),
                        event(1),
                        RawFrame.response(thirdId, reply(3)));
            }
        });
        peer.link().afterFrames(() -> waits.stops = Thread.currentThread() == waits);
        waits.start();
        await(stuck);
        assertThat(first.join()).isEqualTo(reply(1));
        assertThat(failure(second)).isEqualTo(IpcStatus.HANDLER_FAILED);
        assertThat(third.join()).isEqualTo(reply(3));
        assertThat(events.take()).isEqualTo(1);

        release.countDown();
        waits.join();
        CompletableFuture<ValueSet> fourth = connection.requestAsync("price", HI);
        peer.sendTogether(event(2), RawFrame.response(peer.next(Frames.REQUEST).id(), reply(4)));
        assertThat(fourth.join()).isEqualTo(reply(4));
        assertThat(events.take()).isEqualTo(2);
        assertThat(events).isEmpty();
    }

    /** Waits for the first reply; stops, once told to, where it looks for its class loader before it completes futures. */
    private final class StoppingThread extends Thread {
        private boolean stops;

        @Override
        public void run() {
            for (boolean waiting = true; waiting; ) {
                try {
                    first.get(1, TimeUnit.MILLISECONDS);
                    waiting = false;
                } catch (TimeoutException e) {
                    waiting = !first.isDone(); // a background reader has not made way for this thread yet
                } catch (InterruptedException | ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public ClassLoader getContextClassLoader() {
            if (Thread.currentThread() == this && stops) {
                stops = false;
                stuck.countDown();
                GatheredRepliesTest.await(release);
            }
            return super.getContextClassLoader();
        }
    }

    @Test
    void whatWasReadBeforeTheLinkBrokeIsDone() {
        CompletableFuture<ValueSet> dependent = second.thenApply(reply -> reply);
        CountDownLatch read = new CountDownLatch(1); // to wait for a future sooner would keep it from being gathered
        peer.link().afterFrames(() -> {
            read.countDown();
            throw new IpcException(IpcStatus.PEER_DIED, "broken behind the second reply");
        });
        peer.sendTogether(RawFrame.response(firstId, reply(1)), RawFrame.response(secondId, reply(2)));
        await(read);
        assertThat(first.join()).isEqualTo(reply(1));
        assertThat(dependent.join()).isEqualTo(reply(2));
        assertThat(failure(third)).isEqualTo(IpcStatus.PEER_DIED);
    }
}
