package io.valise.ipc.loopback.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.loopback.endpoint.EndpointFile;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.link.LinkEnd;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A caller that waits for a server which does not answer, in the middle of connecting to it. */
@ExtendWith(HangWatchdog.class)
class TcpDialerTest {
    private static final long FOREVER = Long.MAX_VALUE;
    private static final int MORE_THAN_CARRIERS = 300;

    private final List<Socket> queued = new ArrayList<>();
    private ServerSocket port;
    private EndpointFile server;

    @BeforeEach
    void listen() throws IOException {
        port = new ServerSocket(0, 1, Loopback.V4.address());
        server = EndpointFile.fresh(Serving.freshName(), port.getLocalPort(), 0, false);
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : queued) {
            socket.close();
        }
        port.close();
    }

    private IpcException dial(long nanos) {
        try {
            TcpDialer.dial(server, (InetSocketAddress) port.getLocalSocketAddress(), nanos)
                    .close();
            throw new AssertionError("a link without a peer");
        } catch (IpcException e) {
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
            return e;
        }
    }

    /** Fills the queue of those who wait to be accepted, so that the next connection does not come about (listen(2)). */
    private void fillTheQueue() throws IOException {
        for (int i = 0; i < 2; i++) {
            queued.add(new Socket(Loopback.V4.address(), port.getLocalPort()));
        }
    }

    private static FutureTask<IpcStatus> interruptible(Callable<IpcException> attempt) {
        return new FutureTask<>(() -> {
            IpcException e = attempt.call();
            assertThat(Thread.interrupted()).isTrue();
            return e.status();
        });
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(thread.getState()).isNotEqualTo(Thread.State.TERMINATED);
            Thread.onSpinWait();
        }
    }

    private static void interruptOnceItWaits(Thread thread) {
        awaitWaiting(thread);
        thread.interrupt();
    }

    private void isCancelled() throws Exception {
        FutureTask<IpcStatus> attempt = interruptible(() -> dial(FOREVER));
        Thread thread = new Thread(attempt);
        thread.start();
        interruptOnceItWaits(thread);
        assertThat(attempt.get()).isEqualTo(IpcStatus.CANCELLED);
    }

    @Test
    void interruptWhileConnectingCancels() throws Exception {
        fillTheQueue();
        isCancelled();
    }

    @Test
    void interruptWhileShakingHandsCancelsAndClosesNothingElse() throws Exception {
        try (Serving other = new Serving()) {
            LinkEnd link = Serving.connect(other.name());
            FutureTask<IpcStatus> attempt = interruptible(() -> dial(FOREVER));
            Thread thread = new Thread(attempt);
            thread.start();
            try (Socket accepted = port.accept()) {
                assertThat(accepted.getInputStream().readNBytes(40)).hasSize(40);
                interruptOnceItWaits(thread);
                assertThat(attempt.get()).isEqualTo(IpcStatus.CANCELLED);
                assertThat(accepted.getInputStream().read()).isNegative();
            }
            link.send(LinkEnd.frame(1, 10));
            other.accept().expect(LinkEnd.frame(1, 10));
            link.link().close();
        }
    }

    @Test
    void interruptBeforehandCancelsToo() {
        Thread.currentThread().interrupt();
        assertThat(dial(FOREVER).status()).isEqualTo(IpcStatus.CANCELLED);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void timeIsLimitedWhileConnecting() throws Exception {
        fillTheQueue();
        IpcException e = dial(TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(e.status()).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(e).hasMessageContaining("no answer from").hasMessageContaining(server.name());
    }

    @Test
    void timeIsLimitedWhileShakingHands() {
        assertThat(dial(TimeUnit.MILLISECONDS.toNanos(50)).status()).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(dial(1).status()).isEqualTo(IpcStatus.TIMEOUT);
    }

    @Test
    void connectionThatComesAboutLateIsGoneOnWith() throws Exception {
        fillTheQueue();
        FutureTask<IpcException> attempt = new FutureTask<>(() -> dial(FOREVER));
        Thread thread = new Thread(attempt);
        thread.start();
        awaitWaiting(thread);
        for (int i = 0; i < queued.size(); i++) {
            port.accept().close();
        }
        try (Socket late = port.accept()) {
            assertThat(late.getInputStream().readNBytes(40)).startsWith('V', 'A', 'L', 'I', 'S', 'E');
        }
        assertThat(attempt.get().status()).isEqualTo(IpcStatus.PEER_DIED);
    }

    @Test
    void challengeThatComesByteByByteIsWaitedFor() throws Exception {
        FutureTask<IpcException> attempt = new FutureTask<>(() -> dial(FOREVER));
        new Thread(attempt).start();
        try (Socket client = port.accept()) {
            client.setTcpNoDelay(true);
            assertThat(client.getInputStream().readNBytes(40)).hasSize(40);
            for (int one : new int[] {'V', 'A', 'L', 'I', 'S', 'E', 1, IpcStatus.VERSION_MISMATCH.number()}) {
                client.getOutputStream().write(one);
            }
            assertThat(attempt.get().status()).isEqualTo(IpcStatus.VERSION_MISMATCH);
        }
    }

    @Test
    void virtualThreadsThatWaitLeaveTheirCarriersToOthers() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "older JDKs have no virtual threads");
        ExecutorService virtual = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        List<Future<IpcException>> waiting = new ArrayList<>();
        for (int i = 0; i < MORE_THAN_CARRIERS; i++) {
            waiting.add(virtual.submit(() -> dial(FOREVER)));
        }
        assertThat(virtual.submit(() -> "ran").get()).isEqualTo("ran");
        virtual.shutdownNow();
        for (Future<IpcException> each : waiting) {
            assertThat(each.get().status()).isEqualTo(IpcStatus.CANCELLED);
        }
    }
}
