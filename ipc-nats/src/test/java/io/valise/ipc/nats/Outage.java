package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * Something between clients here and a {@link NotingServer} stops and goes on, for less or for more time than is waited for.
 * Stateless.
 */
final class Outage {
    /** The deadline of calls that are to end by it. */
    static final Duration SHORT = Duration.ofMillis(300);

    /** A call that hangs is the watchdog's. */
    static final Duration LONG = Duration.ofMinutes(10);

    /** The limit of those that wait for less than by default. */
    static final Duration SILENCE = Duration.ofSeconds(3);

    /** What may be on its way over a connection, and what a writer gathers before it writes at all. */
    private static final int BOUND = (1 << 20) + (128 << 10);

    private static final byte[] BALLAST = new byte[8000];

    private Outage() {}

    private static ValueSet number(int n) {
        return ValueSet.of("n", n);
    }

    static NatsTransport impatient(String url) {
        return new NatsTransport(NatsOptions.builder(url).silence(SILENCE).build());
    }

    static IpcClient.Builder client(NatsTransport transport) {
        return IpcClient.builder(NotingServer.ADDRESS)
                .transport(transport)
                .connectTimeout(LONG)
                .requestTimeout(LONG);
    }

    /** Calls what must end by its deadline; returns what is known of it. */
    static Delivery timesOut(ThrowingCallable call) {
        IpcException late = catchThrowableOfType(IpcException.class, call);
        assertThat(late).isNotNull();
        assertThat(late.status()).as(late.toString()).isEqualTo(IpcStatus.TIMEOUT);
        return late.delivery();
    }

    static void died(CompletableFuture<?> call) {
        IpcException why = Expect.failureOf(call);
        assertThat(why.status()).as(why.toString()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(why.delivery()).as(why.toString()).isEqualTo(Delivery.UNKNOWN);
    }

    /** Sends events until one does not go on its way in time, which ends the connection. */
    private static void fill(IpcConnection client) {
        IpcException full = null;
        for (long bytes = 0; full == null; bytes += BALLAST.length) {
            assertThat(bytes).as("bytes on their way").isLessThan(BOUND);
            try {
                client.send("tick", ValueSet.of("ballast", BALLAST));
            } catch (IpcException e) {
                full = e;
            }
        }
        assertThat(full.status()).as(full.toString()).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(client.closed().toCompletableFuture().join().status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
    }

    /** For less time than is waited for: calls end by their deadlines, and what was sent arrives once. */
    static void forAWhile(NatsTransport transport, ForkedJvm server, Runnable stop, Runnable goOn) {
        try (IpcConnection client = client(transport).requestTimeout(SHORT).connect();
                IpcConnection full = client(transport).requestTimeout(SHORT).connect()) {
            client.request("note", number(0), LONG);
            full.request("note", number(1), LONG);
            stop.run();
            assertThat(timesOut(() -> client.request("note", number(2)))).isEqualTo(Delivery.UNKNOWN);
            CompletableFuture<ValueSet> late = client.call("note").timeout(LONG).requestAsync(number(4));
            fill(full);
            goOn.run();
            assertThat(late.join()).isEqualTo(number(4));
            assertThat(client.request("note", number(3), LONG)).isEqualTo(number(3));
            assertThat(client.isOpen()).isTrue();
            assertThat(NotingServer.seenBy(server).twice()).isZero();
            assertThat(NotingServer.seenBy(server).count()).isBetween(4, 5);
        }
    }

    /** For longer than clients by that transport wait: the connections end, and one that comes back goes on. */
    static void tooLong(NatsTransport impatient, ForkedJvm server, Runnable stop, Runnable goOn) {
        try (IpcConnection plain = client(impatient).connect();
                IpcConnection returning =
                        client(impatient).reconnect(ReconnectPolicy.standard()).connect()) {
            CompletableFuture<ValueSet> ofPlain = plain.requestAsync("held", number(0));
            CompletableFuture<ValueSet> ofReturning = returning.requestAsync("held", number(1));
            assertThat(List.of(server.hear(), server.hear())).containsOnly("held");
            stop.run();
            died(ofPlain);
            died(ofReturning);
            assertThat(plain.closed().toCompletableFuture().join().status()).isEqualTo(IpcStatus.PEER_DIED);
            CompletableFuture<ValueSet> next = returning.requestAsync("note", number(2));
            goOn.run();
            assertThat(next.join()).isEqualTo(number(2));
            while (!server.ask("connections").equals("1")) { // the ends of those that were given up
                LockSupport.parkNanos(1_000_000); // there is no notification
            }
            assertThat(NotingServer.seenBy(server).twice()).isZero();
        }
    }
}
