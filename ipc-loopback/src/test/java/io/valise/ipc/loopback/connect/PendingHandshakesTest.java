package io.valise.ipc.loopback.connect;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.secret.ConnectionAuthenticator;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.link.LinkEnd;
import io.valise.ipc.testlog.MayLog;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a server allows clients that do not know its secret. */
@ExtendWith(HangWatchdog.class)
@MayLog("refused: ")
class PendingHandshakesTest {
    private static void stillServes(Serving server) throws Exception {
        LinkEnd client = Serving.connect(server.name());
        client.send(LinkEnd.frame(1, 100));
        LinkEnd accepted = server.accept();
        accepted.expect(LinkEnd.frame(1, 100));
        client.link().close();
        assertThat(server.waiting()).isZero();
    }

    @Test
    void httpRequestIsDroppedWithoutAWord() throws Exception {
        try (Serving server = new Serving();
                RawClient browser = RawClient.connect(server.name())) {
            browser.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
            assertThat(browser.receiveToEnd()).isEmpty();
            stillServes(server);
        }
    }

    @Test
    void garbageIsDropped() throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        try (Serving server = new Serving()) {
            for (int i = 0; i < 100; i++) {
                byte[] garbage = new byte[8 + random.nextInt(200)];
                random.nextBytes(garbage);
                try (RawClient intruder = RawClient.connect(server.name())) {
                    intruder.send(garbage);
                    assertThat(intruder.receiveToEnd()).isEmpty();
                }
            }
            stillServes(server);
        }
    }

    @Test
    void peerWithoutTheSecretIsRefusedWithAStatus() throws Exception {
        try (Serving server = new Serving();
                RawClient intruder = RawClient.connect(server.name())) {
            intruder.send("VALISE\1\0".getBytes(US_ASCII));
            intruder.send(new byte[32]);
            assertThat(intruder.receive(72)).hasSize(72);
            intruder.send(new byte[32]);
            assertThat(intruder.receiveToEnd()).containsExactly(IpcStatus.AUTHENTICATION_FAILED.number());
            stillServes(server);
        }
    }

    @Test
    void clientsConnectWhileUnauthenticatedPeersTakeUpAllPlaces() throws Exception {
        List<RawClient> intruders = new ArrayList<>();
        try (Serving server = new Serving()) {
            for (int i = 0; i < ConnectionAuthenticator.MOST_PENDING + 6; i++) {
                RawClient intruder = RawClient.connect(server.name());
                intruder.send((byte) 'V');
                intruders.add(intruder);
            }
            stillServes(server);
            stillServes(server);
            // The first ones were closed to make room.
            assertThat(intruders.get(0).receiveToEnd()).isEmpty();
            assertThat(intruders.get(5).receiveToEnd()).isEmpty();
        } finally {
            for (RawClient intruder : intruders) {
                intruder.close();
            }
        }
    }

    @Test
    void slowUnauthenticatedPeerIsClosedAfterTheTimeLimit() throws Exception {
        try (Serving server = new Serving();
                RawClient slow = RawClient.connect(server.name());
                RawClient mute = RawClient.connect(server.name())) {
            slow.send("VALISE\1".getBytes(US_ASCII));
            // Ended by the server alone: a server that forgot them would hang here.
            assertThat(slow.receiveToEnd()).isEmpty();
            assertThat(mute.receiveToEnd()).isEmpty();
            stillServes(server);
        }
    }

    @Test
    void closingTheServerClosesUnauthenticatedConnections() throws Exception {
        Serving server = new Serving();
        try (RawClient intruder = RawClient.connect(server.name())) {
            intruder.send((byte) 'V');
            stillServes(server);
            server.close();
            assertThat(intruder.receiveToEnd()).isEmpty();
        }
    }

    @Test
    void timeLimitOfHandshakesDoesNotApplyToAuthenticatedLinks() throws Exception {
        try (Serving server = new Serving();
                RawClient early = RawClient.authenticated(server.name());
                RawClient mute = RawClient.connect(server.name())) {
            LinkEnd link = server.accept();
            // The later one was closed for being slow: the time of the earlier one was up before.
            assertThat(mute.receiveToEnd()).isEmpty();
            early.sendFrame((byte) 7);
            link.expect(new byte[] {7});
        }
    }
}
