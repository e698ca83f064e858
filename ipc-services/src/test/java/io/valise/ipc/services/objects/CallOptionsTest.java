package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Options of the calls through a proxy, seen by the service of the object, which is played by hand. */
@ExtendWith(HangWatchdog.class)
class CallOptionsTest {
    private static final String SERVICE = "object:acme.Desk";
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @RemoteInterface("acme.Desk")
    interface Desk {
        void ask();

        CompletionStage<Void> askLater();

        Desk other();

        Flow.Publisher<String> answers();
    }

    private final BlockingQueue<Request> asked = new LinkedBlockingQueue<>();
    private final CompletableFuture<ValueSet> never = new CompletableFuture<>();
    private volatile ValueSet reply = ValueSet.empty();

    private final IpcServer server = IpcServer.builder("local:desk")
            .service(SERVICE, request -> answer(request))
            .service("objects.call", request -> answer(request))
            .start();
    private final IpcConnection connection = IpcClient.connect("local:desk");
    private final Desk desk = RemoteObjects.of(connection).remote(Desk.class);

    private ValueSet answer(Request request) {
        asked.add(request);
        return reply;
    }

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    private Request ask(Desk proxy) throws InterruptedException {
        proxy.ask();
        return asked.take();
    }

    @Test
    void eachCallThroughTheProxyHasTheOptions() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Desk with = RemoteObjects.with(
                desk,
                call -> call.metadata(ValueSet.of("n", calls.incrementAndGet())).timeout(MINUTE));
        assertThat(calls).as("once at once").hasValue(1);
        Request first = ask(with);
        assertThat(first.metadata()).isEqualTo(ValueSet.of("n", 2));
        assertThat(first.message()).isEqualTo(ValueSet.of("m", "ask/0"));
        with.askLater().toCompletableFuture().join();
        assertThat(asked.take().metadata()).isEqualTo(ValueSet.of("n", 3));
        assertThat(ask(desk).metadata()).as("the first proxy has none").isEqualTo(ValueSet.empty());
    }

    @Test
    void laterOptionsComeAfterEarlierOnes() throws Exception {
        Desk first = RemoteObjects.with(desk, call -> call.metadata(ValueSet.of("n", 1)));
        Desk second = RemoteObjects.with(first, call -> call.timeout(MINUTE));
        Desk third = RemoteObjects.with(second, call -> call.metadata(ValueSet.of("n", 3)));
        assertThat(ask(first).metadata()).isEqualTo(ValueSet.of("n", 1));
        assertThat(ask(second).metadata()).isEqualTo(ValueSet.of("n", 1));
        assertThat(ask(third).metadata()).isEqualTo(ValueSet.of("n", 3));
    }

    @Test
    void itIsTheSameReference() throws Exception {
        reply = ValueSet.of("r", ValueSet.of("mine", 7L));
        Desk other = desk.other();
        Desk with = RemoteObjects.with(other, call -> call.metadata(ValueSet.of("n", 1)));
        assertThat(with).isEqualTo(other).hasSameHashCodeAs(other).isNotEqualTo(desk);
        asked.take();
        assertThat(ask(with).message()).isEqualTo(ValueSet.of("o", 7L, "m", "ask/0"));
        with.other();
        assertThat(asked.take().metadata()).isEqualTo(ValueSet.of("n", 1));
        RemoteObject.of(with).close();
        assertThatThrownBy(other::ask).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anotherInterfaceIsAskedForWithThem() throws Exception {
        reply = ValueSet.of("mine", 7L);
        Desk with = RemoteObjects.with(desk, call -> call.metadata(ValueSet.of("n", 1)));
        assertThat(RemoteObject.of(with).as(Desk.class)).isNotNull();
        assertThat(asked.take().metadata()).isEqualTo(ValueSet.of("n", 1));
    }

    @Test
    void aCallTakesNoLongerThanItMay() {
        try (IpcServer silent = IpcServer.builder("local:silent")
                        .asyncService(SERVICE, request -> never)
                        .start();
                IpcConnection toSilent = IpcClient.connect("local:silent")) {
            assertThat(silent.endpoints()).hasSize(1);
            Desk hasty = RemoteObjects.with(
                    RemoteObjects.of(toSilent).remote(Desk.class), call -> call.timeout(Duration.ofMillis(50)));
            assertThatThrownBy(hasty::ask).satisfies(CallOptionsTest::isTimeout);
            assertThatThrownBy(() -> hasty.askLater().toCompletableFuture().join())
                    .isInstanceOfSatisfying(CompletionException.class, e -> isTimeout(e.getCause()));
        }
    }

    private static void isTimeout(Throwable thrown) {
        assertThat(thrown).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(IpcStatus.TIMEOUT);
            assertThat(e.delivery()).isEqualTo(Delivery.UNKNOWN);
            assertThat(e.reason()).matches("Desk\\.(ask|askLater): .*object:acme.Desk.*");
            assertThat(e.getCause()).isInstanceOf(IpcException.class);
        });
    }

    @Test
    void whatCannotHaveThemIsRefused() {
        assertThatThrownBy(() -> RemoteObjects.with(desk, call -> call.timeout(Duration.ZERO)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RemoteObjects.with("text", call -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a reference");
        reply = ValueSet.of("r", ValueSet.of("mine", 8L));
        Flow.Publisher<String> answers = desk.answers();
        assertThatThrownBy(() -> RemoteObjects.with(answers, call -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Flow.Publisher");
    }
}
