package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.FullRun;
import io.valise.ipc.testkit.rule.InFullRun;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thousand connections between two processes; a hundred where this is not the full run. */
@NeedsNats
@Timeout(120)
class ManyConnectionsTest {
    private static final int COUNT = FullRun.isAskedFor() ? 1000 : 100;
    private static final int THREADS = 3;

    /** What an idle connection takes of the heap at either end, in bytes. */
    private static final long MOST_HEAP = 32 << 10;

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
        long serverBefore = Long.parseLong(server.ask("heap"));
        long clientBefore = Long.parseLong(client.ask("heap"));
        client.ask("connect", COUNT);
        client.ask("call", 1);
        try (Connection tap = Nats.connect(broker.url())) {
            awaitQuiet(tap.subscribe("valise.l.>"));
        }
        await(server, "threads", THREADS);
        await(client, "threads", THREADS);
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
        Set<String> asking = new HashSet<>();
        String asked = "";
        boolean ofALink = true;
        while (true) {
            Message message = all.nextMessage(0);
            String subject = message.getSubject();
            ofALink |= !subject.matches("valise\\.l\\.[^.]+\\.[^.]+\\.(p|[qe]\\.\\d+)");
            if (subject.endsWith(".p")) {
                asking.add(message.getReplyTo());
                asked = asked.isEmpty() ? subject : asked;
            }
            if (subject.equals(asked)) {
                if (!ofALink) {
                    assertThat(asking).as("who asks").hasSizeLessThanOrEqualTo(2);
                    return;
                }
                ofALink = false;
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
        broker.restart();
        int answered = Integer.parseInt(client.ask("await"));
        client.ask("call", COUNT);
        assertThat(client.ask("connected")).isEqualTo(Integer.toString(COUNT));
        assertThat(NotingServer.seenBy(server).twice()).isZero();
        assertThat(NotingServer.seenBy(server).count()).isBetween(answered + COUNT, 2 * COUNT);
        await(server, "connections", COUNT);
    }
}
