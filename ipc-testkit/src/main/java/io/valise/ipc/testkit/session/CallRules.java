package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.Request;
import io.valise.ipc.RequestHandler;
import io.valise.ipc.Stats;
import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.Running;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** C: calls. */
public abstract class CallRules extends SessionRules {
    protected CallRules(Candidate candidate) {
        super(candidate);
    }

    @Test
    void C01_everyTypeCrossesBothWays() {
        Map<String, ValueSet> seen = new ConcurrentHashMap<>();
        IpcConnection client = connect(serve(builder -> builder.service("keep", request -> {
            seen.put("last", request.message());
            return request.message();
        })));
        for (ValueType type : ValueType.values()) {
            crossesAs(Samples.of(type), type, client, seen);
        }
        assertThat(client.request("echo", Samples.ofEveryType())).isEqualTo(Samples.ofEveryType());
        assertThat(client.request("echo", EMPTY)).isEqualTo(EMPTY);
    }

    private static void crossesAs(ValueSet sent, ValueType type, IpcConnection client, Map<String, ValueSet> seen) {
        ValueSet reply = client.request("keep", sent);
        for (ValueSet arrived : List.of(seen.get("last"), reply)) {
            assertThat(arrived).as(type.name()).isEqualTo(sent);
            assertThat(arrived.keys()).containsExactlyElementsOf(sent.keys());
            assertThat(arrived.keys()).allMatch(key -> arrived.type(key) == type);
        }
    }

    @Test
    void C02_concurrentCallersGetTheirOwnReplies() throws Exception {
        IpcConnection client = connect(serve(builder -> builder));
        together(8, number -> {
            for (int i = 0; i < 300; i++) {
                ValueSet message = ValueSet.of("thread", number, "call", i);
                assertThat(client.request("echo", message)).isEqualTo(message);
            }
        });
    }

    @Test
    void C03_thousandsOfCallsInFlight() throws Exception {
        IpcConnection client = connect(serve(builder -> builder));
        List<CompletableFuture<ValueSet>> replies = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            replies.add(client.requestAsync("echo", ValueSet.of("n", i)));
        }
        for (int i = 0; i < 5_000; i++) {
            assertThat(get(replies.get(i)).getInt("n")).isEqualTo(i);
        }
    }

    @Test
    void C04_handlersCallTheCallerBack() {
        RequestHandler down = request -> {
            int depth = request.message().getInt("depth");
            return depth == 0
                    ? ValueSet.of("sum", 0)
                    : ValueSet.of("sum", depth + callBack(request, depth - 1).getInt("sum"));
        };
        IpcServer server = serve(builder -> builder.service("down", down));
        IpcConnection client = connect(server, builder -> builder.service("down", down));
        for (int i = 0; i < 20; i++) {
            assertThat(client.request("down", ValueSet.of("depth", i)).getInt("sum"))
                    .isEqualTo(i * (i + 1) / 2);
        }
    }

    private static ValueSet callBack(Request request, int depth) {
        return request.connection().request("down", ValueSet.of("depth", depth));
    }

    @Test
    void C05_metadataTravelsBeside() throws Exception {
        IpcServer server = serve(builder -> builder.service("meta", Request::metadata));
        IpcConnection client = connect(server);
        ValueSet trace = ValueSet.of("trace", "00-abc-01", "tenant", 7);
        assertThat(client.call("meta").metadata(trace).request(EMPTY)).isEqualTo(trace);
        assertThat(get(client.call("meta").metadata(trace).requestAsync(EMPTY))).isEqualTo(trace);
        assertThat(client.request("meta", ValueSet.of("a", 1))).isEqualTo(EMPTY);
    }

    @Test
    void C06_nullIsTheEmptyReply() {
        IpcConnection client = connect(serve(builder -> builder.service("null", request -> null)
                .asyncService("later", request -> CompletableFuture.supplyAsync(() -> null))));
        assertThat(client.request("null", ValueSet.of("a", 1))).isEqualTo(EMPTY);
        assertThat(client.request("later", ValueSet.of("a", 1))).isEqualTo(EMPTY);
    }

    @Test
    void C07_unknownServiceIsNamed() {
        IpcConnection client = connect(serve(builder -> builder));
        IpcException e = failsWith(IpcStatus.SERVICE_NOT_FOUND, () -> client.request("nosuch", EMPTY));
        assertThat(e.delivery()).isEqualTo(Delivery.REJECTED);
        assertThat(e).hasMessageContaining("nosuch");
        failsWith(IpcStatus.SERVICE_NOT_FOUND, () -> get(client.requestAsync("nosuch", EMPTY)));
        echoes(client, 3);
    }

    @Test
    void C08_handlersExceptionArrivesWithStatusAndMessage() {
        IpcConnection client = connect(serve(builder -> builder.service("fail", request -> {
            throw new IpcException(IpcStatus.valueOf(request.message().getString("status")), "so it is");
        })));
        for (IpcStatus status : IpcStatus.values()) {
            if (status != IpcStatus.OK) {
                IpcException e = failsWith(status, () -> client.request("fail", ValueSet.of("status", status.name())));
                assertThat(e).hasMessageContaining("so it is");
                assertThat(e.delivery()).isEqualTo(Delivery.UNKNOWN);
            }
        }
        echoes(client, 3);
    }

    @Test
    @MayLog("service fail failed")
    void C09_anyOtherThrowableIsHandlerFailed() {
        List<Throwable> thrown = List.of(
                new IllegalStateException("state"),
                new IOException("checked"),
                new AssertionError("error"),
                new OutOfMemoryError("pretended"),
                new StackOverflowError(),
                new InterruptedException("pretended"),
                new NullPointerException());
        IpcConnection client = connect(serve(builder -> builder.service("fail", request -> {
            throw sneaky(thrown.get(request.message().getInt("which")));
        })));
        for (int i = 0; i < thrown.size(); i++) {
            ValueSet which = ValueSet.of("which", i);
            IpcException e = failsWith(IpcStatus.HANDLER_FAILED, () -> client.request("fail", which));
            assertThat(e).hasMessageContaining(thrown.get(i).getClass().getName());
            if (thrown.get(i).getMessage() != null) {
                assertThat(e).hasMessageContaining(thrown.get(i).getMessage());
            }
            assertThat(e.getMessage()).doesNotContain("\tat ").doesNotContain(".java:");
            echoes(client, 3);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> Exception sneaky(Throwable throwable) throws T {
        throw (T) throwable;
    }

    @Test
    void C10_wrongTypeIsTold() {
        IpcConnection client = connect(serve(builder -> builder.service(
                "int", request -> ValueSet.of("v", request.message().getInt("v")))));
        IpcException e = failsWith(IpcStatus.TYPE_MISMATCH, () -> client.request("int", ValueSet.of("v", "text")));
        assertThat(e).hasMessageContaining("v");
        assertThat(client.request("int", ValueSet.of("v", (byte) 7)).getInt("v"))
                .isEqualTo(7);
        ValueSet reply = client.request("echo", ValueSet.of("v", "text"));
        failsWith(IpcStatus.TYPE_MISMATCH, () -> reply.getInt("v"));
    }

    @Test
    @MayLog({"service later failed", "service throws failed"})
    void C11_asyncServiceAnswersLater() throws Exception {
        BlockingQueue<Request> begun = new LinkedBlockingQueue<>();
        List<CompletableFuture<ValueSet>> promised = Stream.generate(() -> new CompletableFuture<ValueSet>())
                .limit(5)
                .toList();
        IpcConnection client = connect(serve(builder -> builder.asyncService("later", request -> {
                    begun.add(request);
                    return promised.get(request.message().getInt("n"));
                })
                .asyncService("throws", request -> {
                    throw new IOException("at once");
                })));
        List<CompletableFuture<ValueSet>> replies = IntStream.range(0, 5)
                .mapToObj(i -> client.requestAsync("later", ValueSet.of("n", i)))
                .toList();
        for (int i = 0; i < 5; i++) {
            take(begun);
        }
        echoes(client, 3);
        promised.get(4).complete(ValueSet.of("n", 4));
        promised.get(0).completeExceptionally(new IpcException(IpcStatus.UNSUPPORTED, "no"));
        promised.get(1).completeExceptionally(new IOException("late"));
        promised.get(2).cancel(false);
        start(() -> promised.get(3).complete(ValueSet.of("n", 3))).join();
        assertThat(get(replies.get(4)).getInt("n")).isEqualTo(4);
        failsWith(IpcStatus.UNSUPPORTED, () -> get(replies.get(0)));
        assertThat(failsWith(IpcStatus.HANDLER_FAILED, () -> get(replies.get(1))))
                .hasMessageContaining("late");
        failsWith(IpcStatus.HANDLER_FAILED, () -> get(replies.get(2)));
        assertThat(get(replies.get(3)).getInt("n")).isEqualTo(3);
        assertThat(failsWith(IpcStatus.HANDLER_FAILED, () -> client.request("throws", EMPTY)))
                .hasMessageContaining("at once");
    }

    @Test
    void C12_requestsBeginInTheOrderSent() throws Exception {
        Queue<Integer> begun = new ConcurrentLinkedQueue<>();
        IpcConnection client = connect(serve(builder -> builder.asyncService("note", request -> {
            begun.add(request.message().getInt("n"));
            return CompletableFuture.completedFuture(EMPTY);
        })));
        List<Integer> sent = IntStream.range(0, 200).boxed().toList();
        List<Integer> seen = List.of();
        // A handler whose thread is not scheduled looks like one that blocks: one round in order shows the rule.
        for (int round = 0; round < 100 && !seen.equals(sent); round++) {
            for (CompletableFuture<ValueSet> reply : sent.stream()
                    .map(n -> client.requestAsync("note", ValueSet.of("n", n)))
                    .toList()) {
                get(reply);
            }
            seen = List.copyOf(begun);
            assertThat(seen).containsExactlyInAnyOrderElementsOf(sent);
            begun.clear();
        }
        assertThat(seen).isEqualTo(sent);
    }

    @Test
    void C13_bothEndsCallAtOnce() throws Exception {
        IpcServer server = serve(builder -> builder);
        IpcConnection client = connect(server, builder -> builder.service("echo", Request::message));
        IpcConnection back = only(server);
        together(6, number -> echoes(number % 2 == 0 ? client : back, 300));
    }

    @Test
    void C14_severalConnectionsOfOneClient() throws Exception {
        IpcServer server = serve(builder -> builder);
        List<IpcConnection> clients =
                IntStream.range(0, 8).mapToObj(i -> connect(server)).toList();
        together(8, number -> echoes(clients.get(number), 200));
        assertThat(awaitConnections(server, 8)).doesNotHaveDuplicates();
    }

    @Test
    void C15_builtInServicesAnswer() {
        IpcConnection client = connect(serve(builder -> builder));
        ValueSet ping = ValueSet.of("t", 123L);
        assertThat(client.request("valise.ping", ping)).isEqualTo(ping);
        assertThat(client.request("valise.info", EMPTY).isEmpty()).isFalse();
    }

    @Test
    void C16_bothEndsKnowEachOther() {
        Queue<PeerIdentity> callers = new ConcurrentLinkedQueue<>();
        IpcServer server = serve(builder -> builder.service("who", request -> {
            callers.add(request.caller());
            assertThat(request.service()).isEqualTo("who");
            assertThat(request.connection().peer().sameUser()).isEqualTo(candidate.provesSameUser());
            return EMPTY;
        }));
        IpcConnection client = connect(server);
        client.request("who", EMPTY);
        assertThat(client.endpoint()).isEqualTo(server.endpoints().get(0));
        assertThat(only(server).endpoint()).isEqualTo(client.endpoint());
        for (PeerIdentity identity :
                List.of(callers.remove(), client.peer(), only(server).peer())) {
            assertThat(identity.sameUser()).isEqualTo(candidate.provesSameUser());
            assertThat(identity.host().isPresent()).isEqualTo(transport.reach() == Transport.Reach.NETWORK);
            assertThat(identity.pid()).hasValue(ProcessHandle.current().pid());
        }
    }

    @Test
    void C17_statsCount() {
        IpcServer server = serve(builder -> builder);
        IpcConnection client = connect(server);
        echoes(client, 10);
        failsWith(IpcStatus.SERVICE_NOT_FOUND, () -> client.request("nosuch", EMPTY));
        Stats mine = client.stats();
        assertThat(mine.requestsSent()).isEqualTo(11);
        assertThat(mine.bytesSent()).isPositive();
        assertThat(mine.bytesReceived()).isPositive();
        assertThat(mine.pending()).isZero();
        assertThat(server.stats().requestsServed()).isEqualTo(10);
        assertThat(server.stats().requestsRefused()).isEqualTo(1);
        assertThat(server.stats().connections()).isEqualTo(1);
    }

    @Test
    void C18_dependentsMayCallAgain() throws Exception {
        IpcConnection client = connect(serve(builder -> builder));
        CompletableFuture<ValueSet> chain = CompletableFuture.completedFuture(ValueSet.of("n", 0));
        for (int i = 1; i <= 200; i++) {
            ValueSet next = ValueSet.of("n", i);
            chain = chain.thenCompose(last -> client.requestAsync("echo", next));
        }
        assertThat(get(chain).getInt("n")).isEqualTo(200);
        CompletableFuture<ValueSet> nested = client.requestAsync("echo", ValueSet.of("n", 1))
                .thenApply(reply -> client.request("echo", ValueSet.of("n", 2)));
        assertThat(get(nested).getInt("n")).isEqualTo(2);
    }

    @Test
    void C19_callsFromManyThreadsWhileOthersWait() throws Exception {
        CountDownLatch gate = gate();
        IpcConnection client = connect(serve(builder -> builder.service("wait", request -> {
            gate.await();
            return request.message();
        })));
        List<Running<ValueSet>> waiting = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ValueSet message = ValueSet.of("n", i);
            waiting.add(start(() -> client.request("wait", message)));
        }
        together(4, number -> echoes(client, 200));
        gate.countDown();
        for (int i = 0; i < 8; i++) {
            assertThat(waiting.get(i).join().getInt("n")).isEqualTo(i);
        }
    }

    @Test
    void C20_executorOfTheUserRunsTheHandlers() throws Exception {
        ExecutorService single = Executors.newSingleThreadExecutor(work -> new Thread(work, "users-own"));
        closing(single::shutdownNow);
        IpcConnection client =
                connect(serve(builder -> builder.executor(single).service("thread", request -> threadName())));
        together(4, number -> {
            for (int i = 0; i < 50; i++) {
                assertThat(client.request("thread", EMPTY).getString("name")).isEqualTo("users-own");
            }
        });
    }

    @Test
    @MayLog("no thread for a task of")
    void C21_executorThatTakesNoMoreRefusesTheRequest() throws Exception {
        AtomicBoolean full = new AtomicBoolean();
        IpcConnection client = connect(serve(builder -> builder.executor(work -> {
            if (full.get()) {
                throw new RejectedExecutionException("full");
            }
            work.run();
        })));
        for (int round = 0; round < 3; round++) {
            full.set(true);
            IpcException e = failsWith(IpcStatus.RESOURCE_EXHAUSTED, () -> client.request("echo", EMPTY));
            assertThat(e.delivery()).isEqualTo(Delivery.REJECTED);
            failsWith(IpcStatus.RESOURCE_EXHAUSTED, () -> get(client.requestAsync("echo", EMPTY)));
            full.set(false);
            echoes(client, 3);
        }
    }

    @Test
    void C22_executorOfAClientRunsItsHandlers() {
        ExecutorService single = Executors.newSingleThreadExecutor(work -> new Thread(work, "users-own"));
        closing(single::shutdownNow);
        IpcServer server = serve(builder -> builder);
        connect(
                server,
                options -> options.executor(single)
                        .service("thread", request -> threadName())
                        .asyncService("later", request -> CompletableFuture.completedFuture(threadName())));
        IpcConnection client = only(server);
        for (int i = 0; i < 50; i++) {
            assertThat(client.request("thread", EMPTY).getString("name")).isEqualTo("users-own");
            assertThat(client.request("later", EMPTY).getString("name")).isEqualTo("users-own");
        }
    }

    private static ValueSet threadName() {
        return ValueSet.of("name", Thread.currentThread().getName());
    }
}
