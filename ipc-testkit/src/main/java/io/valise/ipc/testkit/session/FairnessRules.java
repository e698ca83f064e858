package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.RequestHandler;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** F: a handler or virtual thread that sleeps delays no other work. */
public abstract class FairnessRules extends SessionRules {
    private static final int ASLEEP = 20;
    private static final int CALLS = 2_000;
    private static final int FEW_THREADS = 8;

    /** A server waits for a peer that does not read for 30 s. */
    private static final Duration BEFORE_THE_STALLED_ONE_ENDS = Duration.ofSeconds(20);

    private final CountDownLatch gate = gate();
    private final CountDownLatch asleep = new CountDownLatch(ASLEEP);
    private final RequestHandler sleep = request -> {
        asleep.countDown();
        gate.await();
        return request.message();
    };

    protected FairnessRules(Candidate candidate) {
        super(candidate);
    }

    private void idleConnectionsDelayNoOther(IpcConnection awake, IntFunction<CompletableFuture<ValueSet>> call)
            throws Exception {
        List<CompletableFuture<ValueSet>> sleeping = new ArrayList<>();
        for (int i = 0; i < ASLEEP; i++) {
            sleeping.add(call.apply(i));
        }
        asleep.await();
        echoes(awake, CALLS);
        assertThat(sleeping).noneMatch(CompletableFuture::isDone);
        gate.countDown();
        for (int i = 0; i < ASLEEP; i++) {
            assertThat(get(sleeping.get(i)).getInt("n")).isEqualTo(i);
        }
    }

    @Test
    void F01_sleepersOnTheSameConnection() throws Exception {
        IpcConnection client = connect(serve(builder -> builder.service("sleep", sleep)));
        idleConnectionsDelayNoOther(client, i -> client.requestAsync("sleep", ValueSet.of("n", i)));
    }

    @Test
    void F02_sleepersOnOtherConnections() throws Exception {
        IpcServer server = serve(builder -> builder.service("sleep", sleep));
        idleConnectionsDelayNoOther(connect(server), i -> connect(server).requestAsync("sleep", ValueSet.of("n", i)));
    }

    @Test
    void F03_sleepersCalledByThreadsOfTheSameClient() throws Exception {
        IpcConnection client = connect(serve(builder -> builder.service("sleep", sleep)));
        List<Running<ValueSet>> callers = new ArrayList<>();
        for (int i = 0; i < ASLEEP; i++) {
            ValueSet message = ValueSet.of("n", i);
            callers.add(start(() -> client.request("sleep", message)));
        }
        asleep.await();
        echoes(client, CALLS);
        gate.countDown();
        for (int i = 0; i < ASLEEP; i++) {
            assertThat(callers.get(i).join().getInt("n")).isEqualTo(i);
        }
    }

    @Test
    void F04_sleepersThatCalledTheClientBack() throws Exception {
        IpcServer server = serve(builder ->
                builder.service("nap", request -> request.connection().request("sleep", request.message())));
        IpcConnection client = connect(server, builder -> builder.service("sleep", sleep));
        idleConnectionsDelayNoOther(client, i -> client.requestAsync("nap", ValueSet.of("n", i)));
    }

    @Test
    void F05_sleepersInTheClientHarmNoCallOfTheServer() throws Exception {
        IpcServer server = serve(builder -> builder);
        IpcConnection client = connect(
                server, builder -> builder.service("sleep", sleep).service("echo", request -> request.message()));
        echoes(client, 1);
        IpcConnection back = only(server);
        idleConnectionsDelayNoOther(back, i -> back.requestAsync("sleep", ValueSet.of("n", i)));
    }

    /** Virtual threads share few carrier threads, and one that sleeps in the kernel would pin its carrier. */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void F06_virtualThreadsThatWaitHarmNoOther() throws Exception {
        int callers = 2 * Runtime.getRuntime().availableProcessors();
        CountDownLatch begun = new CountDownLatch(callers);
        IpcServer server = serve(builder -> builder.service("sleep", request -> {
            begun.countDown();
            gate.await();
            return request.message();
        }));
        ExecutorService virtual = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        closing(virtual::shutdown);
        IpcConnection awake = connect(server);
        List<Future<ValueSet>> sleeping = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            IpcConnection own = connect(server);
            ValueSet message = ValueSet.of("n", i);
            sleeping.add(virtual.submit(() -> own.request("sleep", message)));
        }
        begun.await();
        virtual.submit(() -> echoes(awake, 100)).get();
        assertThat(sleeping).noneMatch(Future::isDone);
        gate.countDown();
        for (int i = 0; i < callers; i++) {
            assertThat(get(sleeping.get(i)).getInt("n")).isEqualTo(i);
        }
    }

    /** The replies to a client that reads nothing occupy one thread, also where there are few. */
    @Test
    void F07_peerThatReadsNothingKeepsNoOtherFromItsAnswers() throws Exception {
        assumeTrue(candidate.betweenProcesses(), "this transport stays within the process");
        Endpoint address = address();
        String over = transport.getClass().getName();
        ForkedJvm server = closing(ForkedJvm.start(
                List.of("-Dvalise.followers=" + FEW_THREADS),
                ExitPeer.class,
                over,
                "true",
                ExitPeer.NEVER,
                address.toString()));
        assertThat(server.hear()).isEqualTo("serving");
        ForkedJvm stalled = closing(ForkedJvm.start(SessionPeer.class, over));
        stalled.ask("connect", address);
        stalled.ask("load", "wait", 4 * FEW_THREADS, 400_000);
        for (int i = 0; i < FEW_THREADS; i++) {
            assertThat(server.hear()).isEqualTo("wait");
        }
        IpcConnection healthy = connect(address);
        stalled.freeze();
        server.tell("open");
        List<CompletableFuture<ValueSet>> answers = new ArrayList<>();
        for (int i = 0; i < 2 * FEW_THREADS; i++) { // some on the server's readers, some not
            answers.add(
                    healthy.call("wait").timeout(BEFORE_THE_STALLED_ONE_ENDS).requestAsync(ValueSet.of("n", i)));
        }
        for (int i = 0; i < answers.size(); i++) {
            assertThat(get(answers.get(i)).getInt("n")).isEqualTo(i);
        }
        stalled.thaw();
        echoes(healthy, 3);
    }
}
