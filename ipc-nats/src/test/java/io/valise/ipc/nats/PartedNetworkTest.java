package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.NetworkNamespaces;
import io.valise.ipc.testkit.rule.InFullRun;
import io.valise.ipc.testkit.rule.NeedsNetworks;
import io.valise.ipc.testkit.session.SeenRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A broker, a server and a client in networks of their own, joined by cables that are pulled and put in again: no one is told,
 * and what is sent meanwhile gets lost on the way.
 */
@NeedsNats
@NeedsNetworks
class PartedNetworkTest {
    private static final int BROKER = 0;
    private static final int SERVER = 1;
    private static final int CLIENT = 2;
    private static final int IMPATIENT = 3;
    private static final int USUAL = 15;
    private static final int LOADED = 300;

    /** A connection that is established, and not one that ends or begins (TCP_ESTABLISHED of Linux). */
    private static final Pattern ESTABLISHED = Pattern.compile("(?m)^ *[0-9]+: [0-9A-F]+:[0-9A-F]+ [0-9A-F]+:107E 01 ");

    /** The three, whose server and client count each other dead after so many seconds of silence. */
    private static final class Parted implements AutoCloseable {
        final NetworkNamespaces networks;
        final ForkedJvm server;
        final ForkedJvm client;
        private final Deque<AutoCloseable> begun = new ArrayDeque<>();
        private int inVain;

        Parted(int silence) throws Exception {
            boolean done = false;
            try {
                networks = begin(new NetworkNamespaces(2));
                begin(NatsServer.inNetwork(networks.within(BROKER)));
                server = begin(networks.start(SERVER, NotingServer.class, "only", url(SERVER), "" + silence));
                server.ask("seen"); // it serves
                client = begin(networks.start(CLIENT, CallingClient.class, url(CLIENT), "" + silence));
                assertThat(client.hear()).isEqualTo("CONNECTED");
                done = true;
            } finally {
                if (!done) {
                    close();
                }
            }
        }

        private <T extends AutoCloseable> T begin(T one) {
            begun.push(one);
            return one;
        }

        private String url(int network) {
            return "nats://" + networks.address(network) + ":4222";
        }

        void awaitAnswers() {
            int goal = answered() + LOADED;
            while (answered() < goal) {
                LockSupport.parkNanos(1_000_000); // there is no notification
            }
        }

        private int answered() {
            return Integer.parseInt(client.ask("answered"));
        }

        /** Each end has a call that is not answered, and the client many more. */
        void load() {
            client.ask("hold", 1);
            assertThat(server.hear()).isEqualTo("held");
            assertThat(client.hear()).isEqualTo("held");
            client.ask("load");
            awaitAnswers();
        }

        /** A call whose time is up before it can be answered; it may run yet. */
        void callInVain(int millis) {
            inVain++;
            assertThat(client.ask("callShortly", 1 + inVain, millis)).isEqualTo("TIMEOUT UNKNOWN");
        }

        /** The connection is the one that it was, and each call that was not in vain was answered. */
        void hasLostNothing() {
            assertThat(ended()).isEmpty();
            assertThat(client.ask("states")).isEqualTo("1");
            assertThat(server.ask("connections")).isEqualTo("1");
        }

        /** Both ends notice, though no one tells them. */
        void bothNotice() {
            assertThat(server.hear()).isEqualTo("PEER_DIED UNKNOWN");
            assertThat(List.of(client.hear(), client.hear()))
                    .containsExactlyInAnyOrder("PEER_DIED UNKNOWN", "RECONNECTING");
        }

        /** The client has come back by itself; its calls have ended with what is known, and none has run twice. */
        void goesOn() {
            assertThat(client.hear()).isEqualTo("CONNECTED");
            awaitAnswers();
            assertThat(ended()).isIn("", "PEER_DIED UNKNOWN");
        }

        /** How calls failed, of which none has run twice, while each that was answered has run. */
        private String ended() {
            String[] load = client.ask("stop").split(" ", 3); // ended, failed, how
            SeenRequests seen = NotingServer.seenBy(server);
            assertThat(seen.twice()).isZero();
            int made = Integer.parseInt(load[0]) + 1 + inVain;
            assertThat(seen.count()).isBetween(made - Integer.parseInt(load[1]) - inVain, made);
            return load[2];
        }

        /** Waits until a process has no connection with a broker that it believes in. */
        static void awaitDisconnected(ForkedJvm process) throws IOException {
            while (ESTABLISHED.matcher(connections(process, "tcp")).find()
                    || ESTABLISHED.matcher(connections(process, "tcp6")).find()) {
                LockSupport.parkNanos(10_000_000); // there is no notification
            }
        }

        private static String connections(ForkedJvm process, String kind) throws IOException {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "net", kind));
        }

        @Override
        public void close() throws Exception {
            if (!begun.isEmpty()) {
                AutoCloseable last = begun.pop();
                try {
                    last.close();
                } finally {
                    close(); // the others
                }
            }
        }
    }

    @Test
    @InFullRun("a short stall shows it too")
    void cableThatIsOutForAMomentLosesNothing() throws Exception {
        try (Parted parted = new Parted(USUAL)) {
            parted.load();
            parted.networks.part(CLIENT);
            parted.callInVain(500);
            parted.networks.join(CLIENT);
            parted.networks.part(SERVER);
            parted.callInVain(500);
            parted.networks.join(SERVER);
            parted.awaitAnswers();
            parted.hasLostNothing();
        }
    }

    /** The systems at its ends see that, and send soon when it is back. */
    @ParameterizedTest
    @CsvSource({CLIENT + ", 7", SERVER + ", 13"})
    @InFullRun("as long as the cable is out")
    void cableThatIsOutForLessThanTheLimitLosesNothing(int network, int seconds) throws Exception {
        try (Parted parted = new Parted(USUAL)) {
            parted.load();
            parted.networks.part(network);
            parted.callInVain(seconds * 1000);
            parted.networks.join(network);
            parted.awaitAnswers();
            parted.hasLostNothing();
        }
    }

    /** TCP waits twice as long each time before it sends again: that may be before the limit of silence, or after it. */
    @ParameterizedTest
    @CsvSource({CLIENT + ", 7", CLIENT + ", 13", CLIENT + ", 14", SERVER + ", 14"})
    @InFullRun("up to 20 s each: what is sent comes late, or the peer is given up")
    void networkThatIsOutForLessThanTheLimitLosesNothingOrEndsCallsWithWhatIsKnown(int network, int seconds)
            throws Exception {
        try (Parted parted = new Parted(USUAL)) {
            parted.load();
            parted.networks.lose(network);
            parted.callInVain(seconds * 1000);
            parted.networks.loseNoMore(network);
            parted.awaitAnswers();
            if (parted.client.ask("states").equals("1")) {
                parted.hasLostNothing();
            } else {
                parted.bothNotice();
                parted.goesOn();
            }
        }
    }

    private static void outForLong(int network) throws Exception {
        try (Parted parted = new Parted(IMPATIENT)) {
            parted.load();
            parted.networks.part(network);
            parted.bothNotice();
            parted.networks.join(network);
            parted.goesOn();
        }
    }

    @Test
    void cableOfTheClientIsOutForLongAndItComesBack() throws Exception {
        outForLong(CLIENT);
    }

    @Test
    @InFullRun("as the one of the client")
    void cableOfTheServerIsOutForLongAndItServesAgain() throws Exception {
        outForLong(SERVER);
    }

    @Test
    @InFullRun("the peer is given up after 15 s of silence, the broker after up to 18 s")
    void clientThatIsCutOffLeavesTheBrokerTooAndConnectsAnew() throws Exception {
        try (Parted parted = new Parted(USUAL)) {
            parted.load();
            parted.networks.part(CLIENT);
            parted.bothNotice();
            Parted.awaitDisconnected(parted.client);
            parted.networks.join(CLIENT);
            parted.goesOn();
        }
    }

    @Test
    @InFullRun("the peer is given up after 15 s of silence, the broker after up to 18 s")
    void serverThatIsCutOffLeavesTheBrokerTooAndItsNameComesBack() throws Exception {
        try (Parted parted = new Parted(USUAL)) {
            parted.load();
            parted.networks.part(SERVER);
            parted.bothNotice();
            Parted.awaitDisconnected(parted.server);
            parted.server.awaitPrinted("is not served until there is a NATS broker");
            parted.networks.join(SERVER);
            parted.goesOn();
        }
    }
}
