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
@Timeout(120)
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

    @Test
    void lackOfDescriptorsIsSaidAndPasses() {
        try (ForkedJvm client = LimitedJvm.withDescriptors(DESCRIPTORS, ShortPeer.class, arguments())) {
            saidAndPasses(client, "descriptors");
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
            saidAndPasses(client, "threads");
        } finally {
            TestHome.deleteAll(home);
        }
    }

    /** Nothing is left, then one, and so on, until it suffices. */
    private static void saidAndPasses(ForkedJvm client, String shortage) {
        assertThat(client.ask("fail")).isEqualTo("ENDPOINT_NOT_FOUND");
        client.ask("keep");
        client.ask("call");
        for (int left = 0; left <= MOST_LEFT; left++) {
            client.ask(shortage, left);
            String outcome = client.ask("connect");
            assertThat(outcome).as("left=" + left).isIn(LACKING, "connected");
            if (left == 0) {
                assertThat(outcome).isEqualTo(LACKING);
            }
            client.ask("free");
            client.ask("call");
            assertThat(client.ask("connect")).as("after left=" + left).isEqualTo("connected");
        }
    }
}
