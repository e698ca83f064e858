package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testlog.Logs;
import io.valise.ipc.testlog.MayLog;
import io.valise.ipc.testlog.OpenDescriptors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@MayLog("a task of the readiness loop failed")
class ReadinessLoopTest {
    private final List<Pipe> pipes = new ArrayList<>();
    private final ReadinessLoop loop = ReadinessLoop.shared();

    private Pipe pipe() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        pipes.add(pipe);
        return pipe;
    }

    @AfterEach
    void closePipes() throws IOException {
        for (Pipe pipe : pipes) {
            pipe.sink().close();
            pipe.source().close();
        }
    }

    @Test
    void firesOncePerArming() throws Exception {
        Pipe pipe = pipe();
        Semaphore fired = new Semaphore(0);
        Registration registration = loop.register(pipe.source(), fired::release);
        write(pipe);
        for (int i = 0; i < 100; i++) {
            registration.arm();
            assertThat(fired.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        }
        passTheLoopOnce();
        assertThat(fired.availablePermits()).isZero();
    }

    @Test
    void unarmedItIsSilentAndArmedItFiresOnLaterData() throws Exception {
        Pipe pipe = pipe();
        Semaphore fired = new Semaphore(0);
        Registration registration = loop.register(pipe.source(), fired::release);
        passTheLoopOnce();
        assertThat(fired.availablePermits()).isZero();
        registration.arm();
        passTheLoopOnce();
        assertThat(fired.availablePermits()).isZero();
        write(pipe);
        assertThat(fired.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theEndOfTheStreamFiresToo() throws Exception {
        Pipe pipe = pipe();
        CountDownLatch fired = new CountDownLatch(1);
        loop.register(pipe.source(), fired::countDown).arm();
        pipe.sink().close();
        assertThat(fired.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @Logs("a readiness callback failed")
    void survivesCallbacksThatThrowErrorsOrLeaveAnInterrupt() throws Exception {
        Pipe pipe = pipe();
        write(pipe);
        AtomicInteger calls = new AtomicInteger();
        Registration registration = loop.register(pipe.source(), () -> {
            calls.incrementAndGet();
            Thread.currentThread().interrupt();
            throw new StackOverflowError("on purpose");
        });
        registration.arm();
        passTheLoopOnce();
        registration.arm();
        passTheLoopOnce();
        assertThat(calls).hasValue(2);
    }

    @Test
    void tasksRunInTheOrderOfTheirTimesWhateverOneThrows() throws Exception {
        List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch all = new CountDownLatch(4);
        long begun = System.nanoTime();
        for (int millis : List.of(200, 100, 0, 150)) {
            long due = begun + TimeUnit.MILLISECONDS.toNanos(millis); // however long this thread waits for a processor
            loop.after(due - System.nanoTime(), () -> {
                ran.add(millis);
                all.countDown();
                if (millis == 100) {
                    throw new StackOverflowError("on purpose");
                }
            });
        }
        all.await();
        assertThat(ran).containsExactly(0, 100, 150, 200);
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(200));
    }

    @Test
    void aTaskMayAddAnother() throws Exception {
        CountDownLatch second = new CountDownLatch(1);
        loop.after(0, () -> loop.after(0, second::countDown));
        second.await();
        assertThat(second.getCount()).isZero();
    }

    @Test
    void aTaskThatIsTakenBackDoesNotRunAndThoseBesideItDo() throws Exception {
        List<String> ran = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch last = new CountDownLatch(1);
        long time = TimeUnit.MILLISECONDS.toNanos(50);
        loop.after(time, () -> ran.add("before"));
        Runnable takeBack = loop.after(time, () -> ran.add("taken back"));
        loop.after(2 * time, () -> {
            ran.add("after");
            last.countDown();
        });
        takeBack.run();
        takeBack.run();
        last.await();
        assertThat(ran).containsExactly("before", "after");
    }

    @Test
    void aTaskMayBeDueInALongerTimeThanThereIs() {
        loop.after(Long.MAX_VALUE, () -> {}).run();
        assertThat(loop).isSameAs(ReadinessLoop.shared());
    }

    @Test
    void armingFromTheCallbackWorks() throws Exception {
        Pipe pipe = pipe();
        write(pipe);
        CountDownLatch fired = new CountDownLatch(50);
        Registration[] self = new Registration[1];
        self[0] = loop.register(pipe.source(), () -> {
            fired.countDown();
            if (fired.getCount() > 0) {
                self[0].arm();
            }
        });
        self[0].arm();
        assertThat(fired.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void armingAfterCancellingIsHarmless() throws Exception {
        Pipe pipe = pipe();
        Registration registration = loop.register(pipe.source(), () -> {});
        registration.cancel();
        registration.cancel();
        registration.arm();
        passTheLoopOnce();
        assertThat(pipe.source().isOpen()).isTrue();
    }

    @Test
    void writingCanBeWaitedFor() throws Exception {
        Pipe pipe = pipe();
        pipe.sink().configureBlocking(false);
        while (pipe.sink().write(ByteBuffer.allocate(65536)) > 0) {
            assertThat(pipe.sink().isOpen()).isTrue();
        }
        CountDownLatch fired = new CountDownLatch(1);
        loop.register(pipe.sink(), () -> {}, fired::countDown).armWrite();
        passTheLoopOnce();
        assertThat(fired.getCount()).isOne();
        while (pipe.source().read(ByteBuffer.allocate(65536)) > 0) {
            assertThat(pipe.source().isOpen()).isTrue();
        }
        assertThat(fired.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void connectionUnderWayCanBeWaitedFor() throws Exception {
        try (ServerSocketChannel server =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel client = SocketChannel.open()) {
            client.configureBlocking(false);
            Semaphore fired = new Semaphore(0);
            Registration registration = loop.register(client, () -> {}, fired::release);
            if (!client.connect(server.getLocalAddress())) {
                registration.armWrite();
                assertThat(fired.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(client.finishConnect()).isTrue();
            registration.armWrite();
            assertThat(fired.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            registration.cancel();
        }
    }

    @Test
    void atTheExitOfTheProcessItServesOnAndDoesNotStayInTheKernel() throws Exception {
        try (ForkedJvm leaver = ForkedJvm.start(ExitingProgram.class)) {
            assertThat(leaver.answer()).isEqualTo("told");
            assertThat(leaver.answer()).isEqualTo("parked");
            assertThat(leaver.process.waitFor()).isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aClosedChannelsDescriptorIsFreedAtOnce() throws Exception {
        passTheLoopOnce();
        OpenDescriptors before = OpenDescriptors.now();
        for (int i = 0; i < 200; i++) {
            Pipe pipe = pipe();
            Registration registration = loop.register(pipe.source(), () -> {});
            registration.arm();
            pipe.source().close();
            pipe.sink().close();
            registration.cancel();
        }
        passTheLoopOnce();
        before.awaitAtMost(4); // the pipes of the loop's second passing
    }

    @Test
    void thousandsOfIdleChannelsDoNotHideTheBusyOne() throws Exception {
        AtomicInteger wrong = new AtomicInteger();
        for (int i = 0; i < 1000; i++) {
            loop.register(pipe().source(), wrong::incrementAndGet).arm();
        }
        Pipe busy = pipe();
        CountDownLatch fired = new CountDownLatch(1);
        loop.register(busy.source(), fired::countDown).arm();
        write(busy);
        assertThat(fired.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(wrong).hasValue(0);
    }

    /** Returns when the loop has served everything that was ready, and every change made, before this call. */
    private void passTheLoopOnce() throws Exception {
        for (int i = 0; i < 2; i++) {
            Pipe pipe = pipe();
            write(pipe);
            CountDownLatch passed = new CountDownLatch(1);
            loop.register(pipe.source(), passed::countDown).arm();
            assertThat(passed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void write(Pipe pipe) throws IOException {
        assertThat(pipe.sink().write(ByteBuffer.wrap(new byte[] {1}))).isOne();
    }
}
