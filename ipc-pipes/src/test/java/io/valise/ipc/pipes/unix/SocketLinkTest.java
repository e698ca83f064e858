package io.valise.ipc.pipes.unix;

import static io.valise.ipc.pipes.unix.PipeHome.FOREVER;
import static io.valise.ipc.pipes.unix.PipeHome.receive;
import static io.valise.ipc.pipes.unix.PipeHome.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Link;
import io.valise.ipc.testlog.OpenDescriptors;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
class SocketLinkTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private PipeHome home;
    private Link client;
    private Link server;

    @BeforeEach
    void connect() throws Exception {
        home = new PipeHome();
        client = home.connect();
        server = home.accept();
    }

    @AfterEach
    void close() throws Exception {
        threads.shutdownNow();
        home.close();
    }

    @Test
    void kernelAuthenticatesBothEnds() {
        assertThat(client.peer().evidence()).isEqualTo(PeerIdentity.Evidence.KERNEL);
        assertThat(client.peer().sameUser()).isTrue();
        assertThat(server.peer()).isEqualTo(client.peer());
        assertThat(client.maxFrameBytes()).isEqualTo(server.maxFrameBytes()).isGreaterThanOrEqualTo(4096);
    }

    @Test
    void aFloodBothWaysAtOnceArrivesWholeAndInOrder() throws Exception {
        int frames = 5_000;
        Future<?> clientSends = threads.submit(() -> flood(client, frames, 1));
        Future<?> serverSends = threads.submit(() -> flood(server, frames, 2));
        Future<Long> serverGot = threads.submit(() -> drain(server, frames));
        assertThat(drain(client, frames)).isEqualTo(crcOfFlood(frames, 2));
        assertThat(serverGot.get()).isEqualTo(crcOfFlood(frames, 1));
        clientSends.get();
        serverSends.get();
    }

    @Test
    void aPeerThatDoesNotReadStopsTheSenderAndLosesNothing() throws Exception {
        byte[] frame = new byte[client.maxFrameBytes()];
        int sent = 0;
        while (client.claim(frame.length) != null) {
            client.commit(frame.length);
            sent++;
            client.flush();
        }
        assertThat(sent).isBetween(2, 1000);
        assertThat(client.flush()).isFalse();
        int expected = sent;
        Future<Integer> reader = threads.submit(() -> count(server, expected));
        while (!client.flush()) {
            client.awaitWritable(FOREVER);
        }
        assertThat(reader.get()).isEqualTo(expected);
    }

    @Test
    void framesFlushedBeforeCloseArriveThenTheEnd() {
        send(client, new byte[] {1});
        send(client, new byte[] {2});
        client.close();
        assertThat(receive(server)).containsExactly(1);
        assertThat(receive(server)).containsExactly(2);
        assertThat(receive(server)).isNull();
        assertThat(receive(server)).isNull();
    }

    @Test
    void closingWithUnreadFramesStillIsAnEndForThePeer() {
        send(server, new byte[] {9});
        send(client, new byte[] {1});
        client.close();
        assertThat(receive(server)).containsExactly(1);
        assertThat(receive(server)).isNull();
    }

    @Test
    void writingToAPeerThatIsGoneSaysSo() {
        server.close();
        assertStatus(
                () -> {
                    for (int i = 0; i < 100; i++) {
                        send(client, new byte[1000]);
                    }
                },
                IpcStatus.PEER_DIED);
    }

    @Test
    void closeEndsAwaitAndAwaitWritableOfOtherThreads() throws Exception {
        byte[] frame = new byte[client.maxFrameBytes()];
        while (client.claim(frame.length) != null) {
            client.commit(frame.length);
            client.flush();
        }
        CountDownLatch started = new CountDownLatch(2);
        Future<?> reader = threads.submit(() -> {
            started.countDown();
            client.await(FOREVER);
        });
        Future<?> writer = threads.submit(() -> {
            started.countDown();
            client.awaitWritable(FOREVER);
        });
        started.await();
        client.close();
        client.close();
        reader.get(10, TimeUnit.SECONDS);
        writer.get(10, TimeUnit.SECONDS);
        client.await(FOREVER);
        client.awaitWritable(FOREVER);
        client.wake();
        client.arm(() -> {});
        assertStatus(() -> client.poll(f -> true, 1), IpcStatus.CONNECTION_CLOSED);
        assertStatus(() -> client.claim(1), IpcStatus.CONNECTION_CLOSED);
        assertStatus(client::flush, IpcStatus.CONNECTION_CLOSED);
    }

    @Test
    void closingAtAnyMomentOfTrafficBreaksNothingButThisLink() throws Exception {
        for (int round = 0; round < 200; round++) {
            Link one = home.connect();
            Link other = home.accept();
            CyclicBarrier start = new CyclicBarrier(3);
            Future<?> sender = threads.submit(() -> {
                start.await();
                return untilFailure(() -> send(one, new byte[3000]));
            });
            Future<?> receiver = threads.submit(() -> {
                start.await();
                return untilFailure(() -> {
                    if (other.poll(frame -> frame.get(frame.limit() - 1) == 0, 4) == Link.END) {
                        throw new IpcException(IpcStatus.CONNECTION_CLOSED, "end");
                    }
                    other.await(1_000_000);
                });
            });
            start.await();
            (round % 2 == 0 ? one : other).close();
            assertThat(sender.get()).isIn(IpcStatus.CONNECTION_CLOSED, IpcStatus.PEER_DIED);
            one.close();
            assertThat(receiver.get()).isIn(IpcStatus.CONNECTION_CLOSED, IpcStatus.PEER_DIED);
            other.close();
        }
        send(client, new byte[] {1});
        assertThat(receive(server)).containsExactly(1);
    }

    @Test
    void aHandlerMayCloseTheLinkAndKeepsItsView() {
        send(client, new byte[] {1, 2, 3});
        int count = server.poll(
                frame -> {
                    server.close();
                    assertThat(frame.get()).isEqualTo((byte) 1);
                    assertThat(frame.remaining()).isEqualTo(2);
                    return true;
                },
                1);
        assertThat(count).isOne();
        assertStatus(() -> server.poll(f -> true, 1), IpcStatus.CONNECTION_CLOSED);
    }

    @Test
    void noWakeUpIsLost() throws Exception {
        Semaphore returned = new Semaphore(0);
        Semaphore next = new Semaphore(0);
        Future<?> waiter = threads.submit(() -> {
            for (int i = 0; i < 1000; i++) {
                next.acquire();
                client.await(FOREVER);
                returned.release();
            }
            return null;
        });
        for (int i = 0; i < 1000; i++) {
            next.release();
            if (i % 3 == 0) {
                Thread.onSpinWait();
            }
            client.wake();
            assertThat(returned.tryAcquire(20, TimeUnit.SECONDS))
                    .as("round %d", i)
                    .isTrue();
        }
        waiter.get();
    }

    @Test
    void aWakeUpBeforeTheWaitEndsItAndOnlyThat() {
        client.wake();
        client.await(FOREVER);
        long start = System.nanoTime();
        client.await(TimeUnit.MILLISECONDS.toNanos(30));
        client.await(TimeUnit.MILLISECONDS.toNanos(30));
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
    }

    @Test
    void arrivalsEndTheWaitWhicheverComesFirst() throws Exception {
        for (int i = 0; i < 1000; i++) {
            Future<?> sender = threads.submit(() -> send(server, new byte[] {7}));
            assertThat(receive(client)).containsExactly(7);
            sender.get();
        }
    }

    @Test
    void whatAnEarlierPollLeftEndsTheWaitAtOnce() {
        send(server, new byte[] {1});
        send(server, new byte[] {2});
        assertThat(receive(client)).containsExactly(1);
        client.await(FOREVER);
        assertThat(receive(client)).containsExactly(2);
    }

    @Test
    void theReadRightMovesWhileItsFormerHolderStillWaits() throws Exception {
        for (int i = 0; i < 300; i++) {
            CountDownLatch started = new CountDownLatch(1);
            Future<?> former = threads.submit(() -> {
                started.countDown();
                client.await(FOREVER);
            });
            started.await();
            client.wake();
            Future<?> holder = threads.submit(() -> {
                receive(client);
            });
            send(server, new byte[] {1});
            holder.get(20, TimeUnit.SECONDS);
            client.wake();
            former.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void anInterruptEndsTheWaitAndLeavesTheLinkUsable() {
        Thread.currentThread().interrupt();
        client.await(FOREVER);
        send(client, new byte[] {1});
        client.poll(frame -> true, 1);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(receive(server)).containsExactly(1);
        send(server, new byte[] {2});
        assertThat(receive(client)).containsExactly(2);
    }

    @Test
    void anInterruptEndsAwaitWritable() throws Exception {
        while (client.claim(60_000) != null) {
            client.commit(60_000);
            client.flush();
        }
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread writer = new Thread(() -> {
            client.awaitWritable(FOREVER);
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        writer.start();
        writer.interrupt();
        assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
        client.awaitWritable(1);
        assertThat(client.claim(60_000)).isNull();
    }

    @Test
    void armFiresExactlyOnceHoweverMuchArrives() throws Exception {
        Semaphore fired = new Semaphore(0);
        client.arm(fired::release);
        send(server, new byte[] {1});
        assertThat(fired.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
        send(server, new byte[] {2});
        CountDownLatch later = new CountDownLatch(1);
        client.arm(later::countDown);
        assertThat(later.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(fired.availablePermits()).isZero();
    }

    @Test
    void armFiresAtOnceForWhatAnEarlierPollLeft() throws Exception {
        send(server, new byte[] {1});
        send(server, new byte[] {2});
        assertThat(receive(client)).containsExactly(1);
        CountDownLatch fired = new CountDownLatch(1);
        client.arm(fired::countDown);
        assertThat(fired.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(receive(client)).containsExactly(2);
    }

    @Test
    void aLaterArmReplacesAnEarlierOne() throws Exception {
        Semaphore first = new Semaphore(0);
        CountDownLatch second = new CountDownLatch(1);
        client.arm(first::release);
        client.arm(second::countDown);
        send(server, new byte[] {1});
        assertThat(second.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(first.availablePermits()).isZero();
    }

    @Test
    void anArmedLinkHearsOfThePeersEnd() throws Exception {
        CountDownLatch fired = new CountDownLatch(1);
        client.arm(fired::countDown);
        server.close();
        assertThat(fired.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(receive(client)).isNull();
    }

    @Test
    void armingAndWaitingMayAlternate() throws Exception {
        for (int i = 0; i < 300; i++) {
            CountDownLatch fired = new CountDownLatch(1);
            client.arm(fired::countDown);
            send(server, new byte[] {1});
            assertThat(fired.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(receive(client)).containsExactly(1);
            send(server, new byte[] {2});
            assertThat(receive(client)).containsExactly(2);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aThousandConnectionsLeaveNoDescriptorBehind() throws Exception {
        OpenDescriptors before = OpenDescriptors.now();
        for (int i = 0; i < 1000; i++) {
            try (Link one = home.transport.connect(PipeHome.ENDPOINT, FOREVER);
                    Link other = home.accept()) {
                send(one, new byte[] {1});
                assertThat(receive(other)).containsExactly(1);
                other.await(1);
                one.arm(() -> {});
            }
        }
        CountDownLatch passed = new CountDownLatch(1);
        client.arm(passed::countDown); // The loop has closed what was cancelled before it serves this.
        send(server, new byte[] {1});
        assertThat(passed.await(20, TimeUnit.SECONDS)).isTrue();
        before.awaitNoMore();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void idleLinksCostOneDescriptorEachAndAnswerStill() throws Exception {
        int links = 300;
        OpenDescriptors before = OpenDescriptors.now();
        Link[] ends = new Link[2 * links];
        for (int i = 0; i < links; i++) {
            ends[2 * i] = home.connect();
            ends[2 * i + 1] = home.accept();
        }
        for (Link end : ends) {
            end.await(1);
            end.arm(() -> {});
        }
        assertThat(OpenDescriptors.now().count()).isLessThanOrEqualTo(before.count() + ends.length + 2 * 64);
        for (int i = 0; i < links; i++) {
            send(ends[2 * i], new byte[] {5});
            assertThat(receive(ends[2 * i + 1])).containsExactly(5);
        }
    }

    private static IpcStatus untilFailure(Runnable action) {
        try {
            while (true) {
                action.run();
            }
        } catch (IpcException e) {
            return e.status();
        }
    }

    private static void flood(Link link, int frames, long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < frames; i++) {
            send(link, floodFrame(random));
        }
    }

    private static byte[] floodFrame(Random random) {
        byte[] frame = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 65536 : 300)];
        random.nextBytes(frame);
        return frame;
    }

    private static long crcOfFlood(int frames, long seed) {
        Random random = new Random(seed);
        CRC32 crc = new CRC32();
        for (int i = 0; i < frames; i++) {
            crc.update(floodFrame(random));
        }
        return crc.getValue();
    }

    private static long drain(Link link, int frames) {
        CRC32 crc = new CRC32();
        for (int i = 0; i < frames; i++) {
            crc.update(receive(link));
        }
        return crc.getValue();
    }

    private static int count(Link link, int frames) {
        int count = 0;
        while (count < frames) {
            count += link.poll(frame -> true, 16);
            link.await(TimeUnit.MILLISECONDS.toNanos(10));
        }
        return count;
    }

    private static void assertStatus(ThrowingCallable call, IpcStatus status) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(status));
    }
}
