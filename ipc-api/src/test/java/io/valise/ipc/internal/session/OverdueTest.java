package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls with a future that get no answer: the watchdog ends each when its time is up, and sleeps otherwise. */
class OverdueTest {
    private static final ValueSet HI = ValueSet.of("say", "hi");

    private final LinkedBlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
    private final AtomicInteger begun = new AtomicInteger();
    private IpcServer server;
    private IpcConnection connection;

    @BeforeEach
    void start() {
        server = IpcServer.builder("local:overdue")
                .asyncService("never", request -> {
                    begun.incrementAndGet();
                    request.onCancel(() -> cancelled.add(request.message().getString("say")));
                    return new CompletableFuture<>();
                })
                .start();
        connection = IpcClient.connect("local:overdue");
    }

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    private CompletableFuture<ValueSet> never(int millis) {
        return connection
                .call("never")
                .timeout(Duration.ofMillis(millis))
                .requestAsync(ValueSet.of("say", String.valueOf(millis)));
    }

    private static IpcStatus status(CompletableFuture<ValueSet> call) throws Exception {
        Throwable failure = call.handle((reply, thrown) -> thrown).get(20, TimeUnit.SECONDS);
        return ((IpcException) failure).status();
    }

    @Test
    void aShorterTimeoutDoesNotWaitForLongerOnes() throws Exception {
        CompletableFuture<ValueSet> longest = never(3_600_000);
        CompletableFuture<ValueSet> middle = never(60_000);
        assertThat(status(never(30))).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(status(never(1))).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(longest).isNotDone();
        assertThat(middle).isNotDone();
    }

    @Test
    void noCallEndsBeforeItsTime() throws Exception {
        List<CompletableFuture<Long>> all = new ArrayList<>();
        for (int millis : new int[] {200, 50, 150, 100}) {
            long begun = System.nanoTime();
            all.add(never(millis)
                    .handle((reply, failure) -> System.nanoTime() - begun - TimeUnit.MILLISECONDS.toNanos(millis)));
        }
        for (CompletableFuture<Long> late : all) {
            assertThat(late.get(20, TimeUnit.SECONDS)).isNotNegative();
        }
    }

    /** No user code may run on the one thread that watches all sessions. */
    @Test
    void blockedDependentOfAnOverdueCallDelaysNoOtherCall() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(1);
        CompletableFuture<String> dependent = never(300).handle((reply, failure) -> {
            blocked.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Thread.currentThread().getName();
        });
        blocked.await();
        try (IpcConnection other = IpcClient.connect("local:overdue")) {
            CompletableFuture<ValueSet> call =
                    other.call("never").timeout(Duration.ofMillis(5)).requestAsync(HI);
            assertThat(status(call)).isEqualTo(IpcStatus.TIMEOUT);
        }
        release.countDown();
        assertThat(dependent.get(20, TimeUnit.SECONDS)).isNotEqualTo("valise-watchdog");
    }

    @Test
    void dependentOfAnOverdueCallMayCallAgain() throws Exception {
        CompletableFuture<ValueSet> again =
                never(1).exceptionally(failure -> connection.request("valise.ping", HI, Duration.ofSeconds(20)));
        assertThat(again.get(20, TimeUnit.SECONDS)).isEqualTo(HI);
    }

    @Test
    void thousandsOfOverdueCalls() throws Exception {
        List<CompletableFuture<ValueSet>> all = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            all.add(never(1 + i % 50));
        }
        for (CompletableFuture<ValueSet> call : all) {
            assertThat(status(call)).isEqualTo(IpcStatus.TIMEOUT);
        }
        assertThat(connection.stats().pending()).isZero();
        awaitCancelled();
    }

    /** Waits until each handler that ran has been cancelled: a request that is overdue before its handler began is not run. */
    private void awaitCancelled() {
        while (cancelled.size() < begun.get()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("begun=" + begun + ", cancelled=" + cancelled.size());
            }
            LockSupport.parkNanos(50_000); // nothing tells of the last one
        }
    }

    @Test
    void cancelledFutureIsCancelledAtThePeerOnce() throws Exception {
        CompletableFuture<ValueSet> call = never(3_600_000);
        assertThat(call.cancel(true)).isTrue();
        assertThat(cancelled.take()).isEqualTo("3600000");
        assertThat(connection.stats().pending()).isZero();
        assertThat(call.cancel(true)).isTrue();
        assertThat(catchThrowableOfType(Exception.class, call::join)).isNotInstanceOf(CompletionException.class);
        assertThat(connection.request("valise.ping", HI)).isEqualTo(HI);
        assertThat(cancelled).isEmpty();
    }
}
