package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.session.GenerationPeer;
import io.valise.ipc.testkit.session.RollingLoad;
import io.valise.ipc.testkit.session.SeenRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Three servers of one name in three processes, each of which is replaced while clients call. */
@NeedsNats
class RollingRestartTest {
    private static final String ADDRESS = "nats:rolling";
    private static final int SERVERS = 3;
    private static final int CLIENTS = 5;
    private static final int MOST_CLIENTS = 200;
    private static final int BETWEEN = 30;

    private static ForkedJvm serve(NatsServer broker) {
        ForkedJvm server = ForkedJvm.start(
                List.of("-D" + NatsOptions.URL_PROPERTY + "=" + broker.url()),
                GenerationPeer.class,
                NatsTransport.class.getName());
        server.ask("serve", ADDRESS);
        return server;
    }

    /** Clients that call without a pause. */
    private static final class Clients implements AutoCloseable {
        private final NatsServer broker;
        private final AtomicInteger numbers = new AtomicInteger();
        private final List<IpcConnection> connections = new ArrayList<>();
        private final List<RollingLoad> loads = new ArrayList<>();
        private final List<CompletableFuture<Void>> callers = new ArrayList<>();

        Clients(NatsServer broker) {
            this.broker = broker;
        }

        void add() {
            assertThat(loads).as("clients").hasSizeLessThan(MOST_CLIENTS);
            IpcConnection connection = IpcClient.builder(ADDRESS)
                    .transport(broker.transport())
                    .connectTimeout(Duration.ofMinutes(10))
                    .requestTimeout(Duration.ofMinutes(10)) // a call that hangs is the watchdog's
                    .reconnect(ReconnectPolicy.standard())
                    .connect();
            connections.add(connection);
            RollingLoad load = new RollingLoad(connection, numbers);
            loads.add(load);
            callers.add(Background.run(() -> {
                load.call();
                return null;
            }));
            if (loads.size() == 1) { // many at once from one client, so that starting processes get a turn
                callers.add(Background.run(() -> {
                    load.pipeline("later");
                    return null;
                }));
            }
        }

        /** Waits until each client has so many more answers. */
        void awaitAnswers(int more) {
            for (RollingLoad load : loads) {
                int goal = load.answered() + more;
                while (load.answered() < goal) {
                    assertThat(Thread.currentThread().isInterrupted())
                            .as("interrupted at " + load.answered() + " answers of " + goal)
                            .isFalse();
                    LockSupport.parkNanos(100_000); // there is no notification
                }
            }
        }

        List<Throwable> failures() {
            return loads.stream().flatMap(load -> load.failures().stream()).toList();
        }

        /** Ends the calls; returns how many there were. */
        int stop() {
            loads.forEach(RollingLoad::stop);
            callers.forEach(CompletableFuture::join);
            assertThat(loads.stream().mapToInt(RollingLoad::answered).sum()).isEqualTo(numbers.get());
            return numbers.get();
        }

        @Override
        public void close() {
            loads.forEach(RollingLoad::stop);
            connections.forEach(IpcConnection::close);
        }
    }

    @Test
    void replacedServersFailNoCallAndRunNoneTwice() {
        List<ForkedJvm> servers = new ArrayList<>();
        SeenRequests seen = new SeenRequests();
        try (NatsServer broker = NatsServer.open();
                Clients clients = new Clients(broker)) {
            for (int i = 0; i < SERVERS; i++) {
                servers.add(serve(broker));
            }
            for (int i = 0; i < CLIENTS || servers.stream().anyMatch(RollingRestartTest::isIdle); i++) {
                clients.add();
                clients.awaitAnswers(1);
            }
            for (int i = 0; i < SERVERS; i++) {
                clients.awaitAnswers(BETWEEN);
                servers.get(i).ask("retire");
                assertThat(servers.get(i).hear()).as("all calls have ended").isEqualTo("true");
                seen.add(servers.get(i).ask("seen"));
                servers.get(i).close(); // nothing that it still has to send is lost with the process
                servers.set(i, serve(broker));
            }
            clients.awaitAnswers(BETWEEN);
            int calls = clients.stop();
            servers.forEach(server -> seen.add(server.ask("seen")));
            assertThat(clients.failures()).isEmpty();
            assertThat(seen.twice()).isZero();
            assertThat(seen.count()).isEqualTo(calls);
        } finally {
            servers.forEach(ForkedJvm::close);
        }
    }

    /** Whether a server has seen no call. */
    private static boolean isIdle(ForkedJvm server) {
        SeenRequests seen = new SeenRequests();
        seen.add(server.ask("seen"));
        return seen.count() == 0;
    }
}
