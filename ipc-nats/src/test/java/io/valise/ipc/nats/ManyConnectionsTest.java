package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.FullRun;
import io.valise.ipc.testkit.rule.InFullRun;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A thousand connections between two processes; a hundred where this is not the full run. */
@NeedsNats
class ManyConnectionsTest {
    private static final int COUNT = FullRun.isAskedFor() ? 1000 : 100;
    private static final int THREADS = 3;

    /** Threads that a process may start later, once. */
    private static final int ONCE = 5;

    /** What an idle connection takes of the heap at either end, in bytes. */
    private static final long MOST_HEAP = 32 << 10;

    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(60);

    private NatsServer broker;
    private ForkedJvm server;
    private ForkedJvm client;

    @BeforeEach
    void start() {
        broker = NatsServer.open();
        server = CrowdServer.start(broker);
        client = CrowdClient.start(broker);
    }

    @AfterEach
    void end() {
        client.close();
        server.close();
        broker.close();
    }

    /** There is no notification by another process of what its own tables hold. */
    private static void await(ForkedJvm process, String question, Object answer) {
        while (!process.ask(question).equals(answer.toString())) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** As that: threads that had work end a while after it. */
    private static void awaitNoThreadPerConnection(ForkedJvm process, int before) {
        while (Integer.parseInt(process.ask("threads")) > before + ONCE) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void allAnswerAndHearAndAreClosedAtOnceWithNothingLeft() {
        client.ask("connect", COUNT);
        client.ask("call", 0);
        client.ask("tick");
        await(server, "events", COUNT);
        server.ask("tick");
        await(client, "events", COUNT);
        assertThat(server.ask("connections")).isEqualTo(Integer.toString(COUNT));
        assertThat(NotingServer.seenBy(server).count()).isEqualTo(COUNT);
        client.ask("close");
        await(server, "ends", "{CONNECTION_CLOSED=" + COUNT + "}");
        await(server, "links", 0);
        await(client, "links", 0);
    }

    @Test
    void idleConnectionsTakeLittleMemoryNoThreadAndNoMessage() throws Exception {
        client.ask("connect", 1); // what the first one loads is not counted
        client.ask("call", 0);
        int serverThreads = Integer.parseInt(server.ask("threads"));
        int clientThreads = Integer.parseInt(client.ask("threads"));
        long serverBefore = Long.parseLong(server.ask("heap"));
        long clientBefore = Long.parseLong(client.ask("heap"));
        client.ask("connect", COUNT);
        client.ask("call", 1);
        try (Connection tap = Nats.connect(broker.url())) {
            awaitQuiet(tap.subscribe("valise.l.>"));
        }
        await(server, "brokerThreads", THREADS);
        await(client, "brokerThreads", THREADS);
        awaitNoThreadPerConnection(server, serverThreads);
        awaitNoThreadPerConnection(client, clientThreads);
        long atServer = (Long.parseLong(server.ask("heap")) - serverBefore) / COUNT;
        long atClient = (Long.parseLong(client.ask("heap")) - clientBefore) / COUNT;
        if (FullRun.isAskedFor()) { // with fewer connections what else a JVM keeps counts too much
            assertThat(Math.max(atServer, atClient))
                    .as("bytes of heap for an idle connection: server=%d, client=%d", atServer, atClient)
                    .isLessThan(MOST_HEAP);
        }
    }

    /** Returns when nothing but the signs of life of two processes came from one of a process to its next. */
    private static void awaitQuiet(Subscription all) throws InterruptedException {
        long begun = System.nanoTime();
        Set<String> asking = new HashSet<>();
        String asked = "";
        String ofALink = "none yet";
        while (true) {
            long left = MOST_NANOS - (System.nanoTime() - begun);
            Message message = left > 0 ? all.nextMessage(Duration.ofNanos(left)) : null;
            if (message == null) {
                throw new AssertionError("no silence within a minute: asking=" + asking + ", of a link=" + ofALink);
            }
            String subject = message.getSubject();
            if (!subject.matches("valise\\.l\\.[^.]+\\.[^.]+\\.(p|[qe]\\.\\d+)")) {
                ofALink = subject;
            }
            if (subject.endsWith(".p")) {
                asking.add(message.getReplyTo());
                asked = asked.isEmpty() ? subject : asked;
            }
            if (subject.equals(asked)) {
                if (ofALink.isEmpty()) {
                    assertThat(asking).as("who asks").hasSizeLessThanOrEqualTo(2);
                    return;
                }
                ofALink = "";
            }
        }
    }

    @Test
    @InFullRun("with few connections the kit and BrokerLossTest try it")
    void killedClientEndsThemAllAndLeavesNothing() {
        client.ask("connect", COUNT);
        client.kill();
        await(server, "ends", "{PEER_DIED=" + COUNT + "}");
        await(server, "connections", 0);
        await(server, "links", 0);
    }

    @Test
    @InFullRun("with few connections the kit and BrokerLossTest try it")
    void brokerThatIsKilledAndStartedAgainHasThemAllBackAndNoCallRunsTwice() {
        client.ask("returning", COUNT);
        client.ask("begin", 0);
        broker.kill();
        await(client, "connected", 0); // or a later call goes by a connection that has not heard of it yet
        broker.restart();
        int answered = Integer.parseInt(client.ask("await"));
        client.ask("call", COUNT);
        assertThat(client.ask("connected")).isEqualTo(Integer.toString(COUNT));
        assertThat(NotingServer.seenBy(server).twice()).isZero();
        assertThat(NotingServer.seenBy(server).count()).isBetween(answered + COUNT, 2 * COUNT);
        await(server, "connections", COUNT);
    }
}
