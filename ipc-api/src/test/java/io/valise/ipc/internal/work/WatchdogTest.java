package io.valise.ipc.internal.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    private static final ValueSet HI = ValueSet.of("say", "hi");

    private static Thread watchdog() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("valise-watchdog"))
                .findFirst()
                .orElseThrow();
    }

    /** WAITING, not TIMED_WAITING: only new work wakes it. */
    private static void awaitRest() {
        Thread watchdog = watchdog();
        while (watchdog.getState() != Thread.State.WAITING) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void restsWithoutATimerWhenNothingIsUnderWay() {
        try (IpcServer server = IpcServer.builder("local:watchdog").start();
                IpcConnection connection = IpcClient.connect("local:watchdog")) {
            assertThat(connection.request("valise.ping", HI)).isEqualTo(HI);
            assertThat(server.connections()).hasSize(1);
            awaitRest();
            assertThat(connection.request("valise.ping", HI)).isEqualTo(HI);
            awaitRest();
            assertThat(watchdog().isDaemon()).isTrue();
        }
    }

    /** A call with an hour to wait must not keep its connection in memory, or the watchdog's timer, once that has ended. */
    @Test
    void forgetsConnectionsThatEnded() {
        try (IpcServer server = IpcServer.builder("local:watchdog")
                .asyncService("never", request -> new CompletableFuture<>())
                .start()) {
            WeakReference<IpcConnection> forgotten = useAndClose();
            awaitRest();
            while (forgotten.get() != null) {
                System.gc();
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(server.stats().requestsServed()).isEqualTo(2);
        }
    }

    @Test
    void connectionAtRestKeepsNoMessage() throws InterruptedException {
        BlockingQueue<WeakReference<ValueSet>> messages = new LinkedBlockingQueue<>();
        try (IpcServer server = IpcServer.builder("local:watchdog")
                        .service("large", request -> {
                            messages.add(new WeakReference<>(request.message()));
                            return null;
                        })
                        .start();
                IpcConnection connection = IpcClient.connect("local:watchdog")) {
            connection.request("large", ValueSet.of("b", new byte[10_000]));
            WeakReference<ValueSet> message = messages.take();
            while (message.get() != null) {
                System.gc();
                LockSupport.parkNanos(10_000_000);
            }
            assertThat(server.connections()).hasSize(1);
        }
    }

    private static WeakReference<IpcConnection> useAndClose() {
        IpcConnection connection = IpcClient.connect("local:watchdog");
        CompletableFuture<ValueSet> call =
                connection.call("never").timeout(Duration.ofHours(1)).requestAsync(HI);
        connection.request("valise.ping", HI);
        connection.close();
        assertThat(call.handle((reply, failure) -> failure).join()).isNotNull();
        return new WeakReference<>(connection);
    }
}
