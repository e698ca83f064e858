package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.session.RollingLoad;
import io.valise.ipc.testkit.session.SeenRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A {@link NotingServer}, and a client here that comes back, with many calls of it. For one thread at a time. */
final class CallingPair implements AutoCloseable {
    private static final int HELD = 20;
    private static final int LOADED = 300;

    private final ForkedJvm server;
    private final IpcConnection client;
    private final AtomicInteger numbers = new AtomicInteger();
    private final RollingLoad load;
    private final CountDownLatch heldHere = new CountDownLatch(1);

    /** Connects. */
    CallingPair(ForkedJvm server, NatsTransport clients) {
        this.server = server;
        client = client(clients)
                .service("mine", request -> ValueSet.of("answered", request.message()))
                .asyncService("held", request -> {
                    heldHere.countDown();
                    return new CompletableFuture<>();
                })
                .connect();
        load = new RollingLoad(client, numbers);
    }

    static IpcClient.Builder client(NatsTransport transport) {
        return IpcClient.builder(NotingServer.ADDRESS)
                .transport(transport)
                .access(AccessPolicy.anyone())
                .connectTimeout(Duration.ofMinutes(10))
                .requestTimeout(Duration.ofMinutes(10)) // a call that hangs is the watchdog's
                .reconnect(ReconnectPolicy.standard().idempotent("name"));
    }

    private void callEachOther() {
        ValueSet message = ValueSet.of("n", 7);
        assertThat(client.request("back", message)).isEqualTo(ValueSet.of("answered", message));
    }

    /** Returns when each end has seen calls that are never answered. */
    private List<CompletableFuture<ValueSet>> hold() throws InterruptedException {
        List<CompletableFuture<ValueSet>> held = new ArrayList<>();
        for (int i = 0; i < HELD; i++) {
            held.add(client.requestAsync("held", ValueSet.of("n", numbers.getAndIncrement())));
        }
        for (int i = 0; i < HELD; i++) {
            assertThat(server.hear()).isEqualTo("held");
        }
        client.request("backHeld", ValueSet.empty());
        heldHere.await();
        return held;
    }

    /** Waits until so many more calls were answered. */
    private void awaitAnswers() {
        int goal = answers() + LOADED;
        while (answers() < goal) {
            assertThat(Thread.currentThread().isInterrupted())
                    .as("interrupted at " + load.answered() + " calls, " + load.failures())
                    .isFalse();
            LockSupport.parkNanos(100_000); // there is no notification
        }
    }

    private int answers() {
        return load.answered() - load.failures().size();
    }

    private static void endsWithWhatIsKnown(Throwable failure) {
        assertThat(failure).isInstanceOf(IpcException.class);
        IpcException known = (IpcException) failure;
        assertThat(known.status()).as(known.toString()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(known.delivery()).isEqualTo(Delivery.UNKNOWN); // the others are repeated
    }

    /** Has the connection end under load: its calls end with what is known, none runs twice, and the same client goes on. */
    void endUnderLoad(Runnable end) throws Exception {
        callEachOther();
        List<CompletableFuture<ValueSet>> held = hold();
        List<CompletableFuture<Void>> callers = List.of(
                Background.run(() -> {
                    load.pipeline("note");
                    return null;
                }),
                Background.run(() -> {
                    load.call();
                    return null;
                }),
                Background.run(() -> {
                    while (!held.get(0).isDone()) { // idempotent: repeated
                        client.request("name", ValueSet.empty());
                    }
                    return client.request("name", ValueSet.empty());
                }));
        awaitAnswers();
        end.run();
        held.forEach(call -> endsWithWhatIsKnown(Expect.failureOf(call)));
        assertThat(server.hear()).isEqualTo("PEER_DIED UNKNOWN");
        awaitAnswers(); // by the same connection
        load.stop();
        callers.forEach(CompletableFuture::join);
        load.failures().forEach(CallingPair::endsWithWhatIsKnown);
        assertThat(load.answered() + HELD).isEqualTo(load.made());
        SeenRequests seen = NotingServer.seenBy(server);
        assertThat(seen.twice()).isZero();
        assertThat(seen.count()).isBetween(load.made() - load.failures().size(), load.made());
        callEachOther();
    }

    @Override
    public void close() {
        load.stop();
        client.close();
    }
}
