package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Three servers of one name in three processes, under load. */
@NeedsNats
class FailoverTest {
    private static final int CLIENTS = 12;

    @Test
    void killedServerTakesItsOwnConnectionsAlone() throws Exception {
        try (NatsServer broker = NatsServer.open();
                ForkedJvm first = server(broker, "first");
                ForkedJvm second = server(broker, "second");
                ForkedJvm third = server(broker, "third")) {
            List<Client> clients = new ArrayList<>();
            while (clients.size() < CLIENTS || names(clients).size() < 3) {
                clients.add(new Client(broker));
            }
            List<CompletableFuture<ValueSet>> pending = new ArrayList<>();
            for (Client client : clients) {
                pending.add(client.plain.requestAsync("never", ValueSet.empty()));
            }
            first.kill();
            for (int i = 0; i < clients.size(); i++) {
                Client client = clients.get(i);
                if (client.plainAt.equals("first")) {
                    IpcException why = Expect.failureOf(pending.get(i));
                    assertThat(why.status()).isEqualTo(IpcStatus.PEER_DIED);
                    assertThat(why.delivery()).isEqualTo(Delivery.UNKNOWN);
                } else {
                    assertThat(client.plain.request("name", ValueSet.empty()).getString("name"))
                            .isEqualTo(client.plainAt);
                    assertThat(pending.get(i)).isNotDone();
                }
            }
            for (Client client : clients) {
                client.over.set(true);
                assertThat(client.load.join())
                        .as("idempotent calls that failed")
                        .isZero();
                client.close();
            }
            assertThat(List.of(second.ask("alive"), third.ask("alive"))).containsOnly("yes");
        }
    }

    private static Set<String> names(List<Client> clients) {
        Set<String> names = new TreeSet<>();
        clients.forEach(client -> names.add(client.plainAt));
        return names;
    }

    private static ForkedJvm server(NatsServer broker, String name) {
        ForkedJvm server =
                ForkedJvm.start(List.of("-D" + NatsOptions.URL_PROPERTY + "=" + broker.url()), NamedServer.class, name);
        assertThat(server.ask("alive")).isEqualTo("yes");
        return server;
    }

    /** One connection that ends with its server, and one that comes back and calls all the time. */
    private static final class Client implements AutoCloseable {
        final IpcConnection plain;
        final String plainAt;
        final AtomicBoolean over = new AtomicBoolean();
        final CompletableFuture<Integer> load;
        private final IpcConnection returning;

        Client(NatsServer broker) {
            plain = IpcClient.builder("nats:named")
                    .transport(broker.transport())
                    .connect();
            plainAt = plain.request("name", ValueSet.empty()).getString("name");
            returning = IpcClient.builder("nats:named")
                    .transport(broker.transport())
                    .requestTimeout(Duration.ofSeconds(30))
                    .reconnect(ReconnectPolicy.standard().idempotent("name"))
                    .connect();
            load = CompletableFuture.supplyAsync(this::call, command -> new Thread(command, "load").start());
        }

        private int call() {
            int failed = 0;
            while (!over.get()) {
                try {
                    returning.request("name", ValueSet.empty());
                } catch (IpcException e) {
                    failed++;
                }
            }
            return failed;
        }

        @Override
        public void close() {
            plain.close();
            returning.close();
        }
    }

    /** A server that tells its name. */
    static final class NamedServer implements CommandLoop.Commands {
        private NamedServer() {}

        public static void main(String[] arguments) {
            IpcServer.builder("nats:named")
                    .access(AccessPolicy.anyone())
                    .service("name", request -> ValueSet.of("name", arguments[0]))
                    .asyncService("never", request -> new CompletableFuture<>())
                    .start();
            CommandLoop.run(new NamedServer());
        }

        @Override
        public @Nullable String run(String command, List<String> arguments) {
            return "yes";
        }
    }
}
