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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that has too few descriptors or threads left for one more connection to a broker, at each step of making it. */
@NeedsNats
@Timeout(60)
class ShortageTest {
    private static final int DESCRIPTORS = 256;
    private static final int THREADS = 120;
    private static final int MOST_LEFT = 10;
    private static final String LACKING = "RESOURCE_EXHAUSTED";

    private NatsServer broker;
    private ForkedJvm server;

    @BeforeEach
    void start() {
        LimitedJvm.assumePossible();
        broker = NatsServer.open();
        server = NotingServer.start(broker.url(), "one");
    }

    @AfterEach
    void end() {
        if (broker != null) {
            server.close();
            broker.close();
        }
    }

    private String[] arguments() {
        return new String[] {broker.url(), "nats://127.0.0.1:" + FreePort.find()};
    }

    /** The address has a name, for which the system needs descriptors, too. */
    @Test
    @InFullRun("the same steps with a name in the address")
    void lackOfDescriptorsIsSaidOfABrokerWithAName() {
        String[] named = {broker.url().replace("127.0.0.1", "localhost"), arguments()[1]};
        try (ForkedJvm client = LimitedJvm.withDescriptors(DESCRIPTORS, ShortPeer.class, named)) {
            assertThat(saidAndPasses(client, "descriptors")).isPositive();
        }
    }

    @Test
    void lackOfDescriptorsIsSaidAndPasses() {
        try (ForkedJvm client = LimitedJvm.withDescriptors(DESCRIPTORS, ShortPeer.class, arguments())) {
            assertThat(saidAndPasses(client, "descriptors")).isPositive();
        }
    }

    @Test
    @InFullRun("takes 4 s: each step of a connection to the broker")
    void lackOfThreadsIsSaidAndPasses() throws IOException {
        OtherUser.assumePossible();
        Path home = Files.createTempDirectory("vs");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        int user = 200_000 + (int) (ProcessHandle.current().pid() % 100_000);
        List<String> options = List.of(
                "-D" + TestHome.PROPERTY + "=" + home.resolve("home"),
                "-Dvalise.idleMillis=1", // or a thread of the attempt before serves the next
                "-Xlog:os+thread=off");
        try (ForkedJvm client = LimitedJvm.withThreads(user, THREADS, options, ShortPeer.class, arguments())) {
            assertThat(saidAndPasses(client, "threads")).isPositive();
        } finally {
            TestHome.deleteAll(home);
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
