package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.FreePort;
import io.valise.ipc.testkit.process.LimitedJvm;
import io.valise.ipc.testkit.process.OtherUser;
import io.valise.ipc.testkit.rule.InFullRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A process that has too few descriptors or threads left for one more connection to a broker, at each step of making it. */
@NeedsNats
class ShortageTest {
    private static final int DESCRIPTORS = 256;
    private static final int THREADS = 120;
    private static final int MOST_LEFT = 10;
    private static final String LACKING = "RESOURCE_EXHAUSTED";
    private static final String HOST = "127.0.0.1";

    private Path home;

    @BeforeEach
    void make() throws IOException {
        LimitedJvm.assumePossible();
        home = Files.createTempDirectory("vs");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx")); // for another user
    }

    @AfterEach
    void delete() throws IOException {
        if (home != null) {
            TestHome.deleteAll(home);
        }
    }

    /** Starts the client of a test. */
    private interface Starter {
        ForkedJvm start(String... arguments);
    }

    private static ForkedJvm withFewDescriptors(String... arguments) {
        return LimitedJvm.withDescriptors(DESCRIPTORS, ShortPeer.class, arguments);
    }

    private ForkedJvm withFewThreads(String... arguments) {
        int user = 200_000 + (int) (ProcessHandle.current().pid() % 100_000);
        List<String> options = List.of(
                "-D" + TestHome.PROPERTY + "=" + home.resolve("home"),
                "-Dvalise.idleMillis=1", // or a thread of the attempt before serves the next
                "-Xlog:os+thread=off");
        return LimitedJvm.withThreads(user, THREADS, options, ShortPeer.class, arguments);
    }

    /** Tries a broker by this address of it. */
    private static void isSaidAndPasses(
            NatsServer broker, String schemeAndHost, Starter starter, String shortage, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of(schemeAndHost + ':' + broker.port(), schemeAndHost + ':' + FreePort.find()));
        arguments.addAll(List.of(more));
        try (ForkedJvm ignored = NotingServer.start(broker.url(), "one");
                ForkedJvm client = starter.start(arguments.toArray(String[]::new))) {
            assertThat(saidAndPasses(client, shortage)).isPositive();
        }
    }

    @Test
    void lackOfDescriptorsIsSaidAndPasses() {
        try (NatsServer broker = NatsServer.open()) {
            isSaidAndPasses(broker, "nats://" + HOST, ShortageTest::withFewDescriptors, "descriptors");
        }
    }

    /** A lookup needs a descriptor, too, and the JDK keeps for 10 s that it has failed. */
    @Test
    @InFullRun("the same steps with a name in the address")
    void lackOfDescriptorsIsSaidOfABrokerWithAName() throws IOException {
        Path hosts = Files.writeString(home.resolve("hosts"), HOST + " broker.example\n");
        try (NatsServer broker = NatsServer.open()) {
            isSaidAndPasses(
                    broker, "nats://broker.example", ShortageTest::withFewDescriptors, "descriptors", "hosts=" + hosts);
        }
    }

    @Test
    @InFullRun("takes 4 s: each step of a connection to the broker")
    void lackOfThreadsIsSaidAndPasses() {
        OtherUser.assumePossible();
        try (NatsServer broker = NatsServer.open()) {
            isSaidAndPasses(broker, "nats://" + HOST, this::withFewThreads, "threads");
        }
    }

    /** The broker takes connections with TLS and without: the server has none. */
    private NatsServer withTls() throws Exception {
        Certificates certificates = Certificates.in(home);
        List<String> lines = new ArrayList<>(List.of(certificates.broker(certificates.certified("good", HOST, 1, 30))));
        lines.add("allow_non_tls: true");
        return NatsServer.with(lines.toArray(String[]::new));
    }

    @Test
    @InFullRun("the same steps, and those of TLS")
    void lackOfDescriptorsIsSaidOfABrokerWithTls() throws Exception {
        try (NatsServer broker = withTls()) {
            isSaidAndPasses(broker, "tls://" + HOST, ShortageTest::withFewDescriptors, "descriptors", "tls=" + home);
        }
    }

    @Test
    @InFullRun("the same steps, and those of TLS")
    void lackOfThreadsIsSaidOfABrokerWithTls() throws Exception {
        OtherUser.assumePossible();
        try (NatsServer broker = withTls()) {
            isSaidAndPasses(broker, "tls://" + HOST, this::withFewThreads, "threads", "tls=" + home);
        }
    }

    /**
     * Nothing is left, then one, and so on.
     *
     * @return how often that did not suffice
     */
    private static int saidAndPasses(ForkedJvm client, String shortage) {
        int tooFew = 0;
        client.ask("keep");
        client.ask("call");
        assertThat(client.ask("fail")).startsWith("ENDPOINT_NOT_FOUND");
        client.ask("settle");
        for (int left = 0; left <= MOST_LEFT; left++) {
            client.ask(shortage, left);
            String outcome = client.ask("connect");
            if (!outcome.equals("connected")) {
                assertThat(outcome).as("left=" + left).startsWith(LACKING).contains("ulimit");
                tooFew++;
            }
            client.ask("free");
            client.ask("call");
            assertThat(client.ask("connect")).as("after left=" + left).isEqualTo("connected");
        }
        client.ask("settle");
        return tooFew;
    }
}
