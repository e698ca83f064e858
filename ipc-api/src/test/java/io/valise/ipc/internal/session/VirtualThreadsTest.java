package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Many more callers than processors, none of which is a thread of the operating system. */
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsTest {
    private static final List<String> SERVICES = List.of("echo", "slow", "back", "echo");

    @Test
    void hundredsOfVirtualThreadsCallAtOnce() throws Exception {
        ExecutorService callers = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        try (IpcServer server = IpcServer.builder("local:virtual")
                        .service("echo", request -> request.message())
                        .service("slow", request -> {
                            TimeUnit.MILLISECONDS.sleep(1);
                            return request.message();
                        })
                        .service("back", request -> request.connection().request("mine", request.message()))
                        .start();
                IpcConnection connection = IpcClient.builder("local:virtual")
                        .service("mine", request -> request.message())
                        .connect()) {
            List<Future<Integer>> all = new ArrayList<>();
            for (int caller = 0; caller < 300; caller++) {
                int mine = caller;
                all.add(callers.submit(() -> calls(connection, mine)));
            }
            for (Future<Integer> each : all) {
                assertThat(each.get(50, TimeUnit.SECONDS)).isEqualTo(20);
            }
            assertThat(connection.stats().pending()).isZero();
            assertThat(server.stats().connections()).isEqualTo(1);
        } finally {
            callers.shutdown();
        }
    }

    /** Every fiftieth caller has a short timeout: it times out or is answered, and disturbs no other call. */
    private static int calls(IpcConnection connection, int caller) {
        Duration timeout = caller % 50 == 0 ? Duration.ofMillis(1) : Duration.ofSeconds(40);
        int ended = 0;
        for (int i = 0; i < 20; i++) {
            ValueSet message = ValueSet.of("n", caller * 1000 + i);
            try {
                String service = SERVICES.get((caller + i) % SERVICES.size());
                assertThat(connection.request(service, message, timeout)).isEqualTo(message);
            } catch (IpcException e) {
                assertThat(e.status()).isEqualTo(IpcStatus.TIMEOUT);
                assertThat(caller % 50).isZero();
            }
            ended++;
        }
        return ended;
    }

    /** Runs something in a virtual thread; what that throws is the cause of an ExecutionException. */
    private static <T> T virtually(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        return task.get();
    }

    private IpcConnection scripted(ScriptedTransport transport) throws InterruptedException {
        CompletableFuture<IpcConnection> connecting =
                IpcClient.builder("scripted:virtual").transport(transport).connectAsync();
        transport.nextClient().welcome().link().capacity(0);
        return connecting.join();
    }

    @Test
    void sendThatWaitsForRoomDoesSoOnAPlatformThread() throws Exception {
        ScriptedTransport transport = new ScriptedTransport();
        BlockingQueue<String> waiting = new LinkedBlockingQueue<>();
        transport.prepare(link ->
                link.beforeWaitForRoom(() -> waiting.add(Thread.currentThread().getName())));
        try (IpcConnection connection = scripted(transport)) {
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> virtually(() -> {
                        connection.call("s").timeout(Duration.ofMillis(20)).request(ValueSet.empty());
                        return null;
                    }))
                    .withCauseInstanceOf(IpcException.class);
            assertThat(waiting).isNotEmpty().allSatisfy(name -> assertThat(name).startsWith("valise-reader-"));
        }
    }

    @Test
    void anInterruptEndsASendThatWaitsForRoomAndStaysSet() throws Exception {
        ScriptedTransport transport = new ScriptedTransport();
        AtomicReference<Thread> sender = new AtomicReference<>();
        transport.prepare(link -> link.beforeWaitForRoom(() -> sender.get().interrupt()));
        try (IpcConnection connection = scripted(transport)) {
            String outcome = virtually(() -> {
                sender.set(Thread.currentThread());
                try {
                    connection.send("e", ValueSet.empty());
                    return "sent";
                } catch (IpcException e) {
                    return e.status() + " " + Thread.interrupted();
                }
            });
            assertThat(outcome).isEqualTo("CANCELLED true");
        }
    }

    @Test
    void failureOfAWaitForRoomIsThrownInTheVirtualThread() throws Exception {
        Map<Throwable, String> failures = Map.of(
                new IpcException(IpcStatus.PEER_DIED, "on purpose"),
                "PEER_DIED: on purpose",
                new InternalError("on purpose"),
                "PROTOCOL_ERROR: the peer cut the shared memory short: on purpose");
        for (Throwable wrong : failures.keySet()) {
            ScriptedTransport transport = new ScriptedTransport();
            transport.prepare(link -> link.beforeWaitForRoom(() -> sneak(wrong)));
            try (IpcConnection connection = scripted(transport)) {
                assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(() -> virtually(() -> {
                            connection.send("e", ValueSet.empty());
                            return null;
                        }))
                        .havingCause()
                        .isInstanceOf(IpcException.class)
                        .withMessage(failures.get(wrong));
            }
        }
    }

    /** Such an interrupt is meant for a handler that the thread ran before. */
    @Test
    void anInterruptOfTheThreadThatReadsForACallEndsNoCall() throws Exception {
        ScriptedTransport transport = new ScriptedTransport();
        CompletableFuture<IpcConnection> connecting =
                IpcClient.builder("scripted:virtual").transport(transport).connectAsync();
        ScriptedPeer peer = transport.nextClient().welcome();
        BlockingQueue<Boolean> waits = new LinkedBlockingQueue<>();
        try (IpcConnection connection = connecting.join()) {
            FutureTask<ValueSet> call = new FutureTask<>(() -> connection.request("s", ValueSet.empty()));
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, call);
            long id = peer.next(Frames.REQUEST).id();
            peer.link().beforeWaitForFrames(() -> {
                waits.add(Thread.currentThread().isInterrupted());
                if (waits.size() == 1) {
                    Thread.currentThread().interrupt();
                } else {
                    peer.send(RawFrame.response(id, ValueSet.of("n", 1)));
                }
            });
            peer.link().wake(); // it may wait already
            assertThat(call.get()).isEqualTo(ValueSet.of("n", 1));
            assertThat(waits).hasSize(2).containsOnly(false);
        }
    }

    private static void sneak(Throwable wrong) {
        if (wrong instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) wrong;
    }
}
