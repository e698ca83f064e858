package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.ConnectionState;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Three brokers of one cluster. */
@NeedsNats
class ClusterTest {
    private static final int MOST_CLIENTS = 200;
    private static final int SERVERS_BROKER = 0;
    private static final int CLIENTS_BROKER = 1;
    private static final int OTHER_BROKER = 2;

    /** A server and a client at different brokers, each of which may go on to the third; one of the two is killed. */
    private static void killUnderLoad(int broker) throws Exception {
        try (NatsCluster cluster = NatsCluster.ofThree()) {
            cluster.at(OTHER_BROKER).kill(); // each end has one broker to choose
            try (ForkedJvm server = NotingServer.start(cluster.urls(SERVERS_BROKER, OTHER_BROKER), "only");
                    CallingPair pair = new CallingPair(server, cluster.transport(CLIENTS_BROKER, OTHER_BROKER))) {
                cluster.at(OTHER_BROKER).restart();
                cluster.awaitServed(OTHER_BROKER, NotingServer.ADDRESS);
                pair.endUnderLoad(() -> cluster.at(broker).kill());
            }
        }
    }

    @Test
    void killedBrokerOfTheClientEndsItsCallsAndItGoesOnAtAnother() throws Exception {
        killUnderLoad(CLIENTS_BROKER);
    }

    @Test
    void killedBrokerOfTheServerEndsItsCallsAndItGoesOnAtAnother() throws Exception {
        killUnderLoad(SERVERS_BROKER);
    }

    /** A client of whichever server, and the states of its connection. */
    private static final class Shared {
        final IpcConnection connection;
        final Queue<ConnectionState> states = new ConcurrentLinkedQueue<>();
        final String server;

        Shared(NatsCluster cluster) {
            connection = CallingPair.client(cluster.transport(OTHER_BROKER)).connect();
            connection.onState(states::add);
            server = name();
        }

        String name() {
            return connection.request("name", ValueSet.empty()).getString("name");
        }
    }

    /** Connects clients until one has that server. */
    private static void connectTo(String server, List<Shared> clients, NatsCluster cluster) {
        while (clients.isEmpty() || !clients.get(clients.size() - 1).server.equals(server)) {
            assertThat(clients).as("clients, and none at " + server).hasSizeLessThan(MOST_CLIENTS);
            clients.add(new Shared(cluster));
        }
    }

    @Test
    void serversAtDifferentBrokersShareTheClientsOfAThird() {
        List<Shared> clients = new ArrayList<>();
        try (NatsCluster cluster = NatsCluster.ofThree();
                ForkedJvm first = NotingServer.start(cluster.urls(0), "first");
                ForkedJvm second = NotingServer.start(cluster.urls(1), "second")) {
            cluster.awaitServed(OTHER_BROKER, NotingServer.ADDRESS);
            connectTo("first", clients, cluster);
            connectTo("second", clients, cluster);
            cluster.at(0).kill();
            for (Shared client : clients) {
                assertThat(client.name()).isEqualTo("second");
                if (client.server.equals("second")) {
                    assertThat(client.states).containsExactly(ConnectionState.CONNECTED);
                }
            }
            cluster.at(0).restart(); // the server there comes back by itself
            cluster.awaitServed(0, NotingServer.ADDRESS);
            connectTo("first", clients, cluster);
            assertThat(List.of(first.isAlive(), second.isAlive())).containsOnly(true);
        } finally {
            clients.forEach(client -> client.connection.close());
        }
    }
}
