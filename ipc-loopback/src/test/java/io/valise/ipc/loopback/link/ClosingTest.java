package io.valise.ipc.loopback.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.loopback.connect.RawClient;
import io.valise.ipc.loopback.connect.Serving;
import io.valise.ipc.spi.Link;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.link.LinkEnd;
import java.io.IOException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The end of a link, with other operations at the same moment and with any behaviour of the peer. */
@ExtendWith(HangWatchdog.class)
class ClosingTest {
    private static final int ROUNDS = 200;

    private Serving server;

    @BeforeEach
    void open() {
        server = new Serving();
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void closingWhileItIsArmedIsHeardByThePeer() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            LinkEnd client = Serving.connect(server.name());
            LinkEnd accepted = server.accept();
            client.send(LinkEnd.frame(round, 100));
            CyclicBarrier start = new CyclicBarrier(2);
            FutureTask<Boolean> arming = new FutureTask<>(() -> {
                start.await();
                client.link().arm(() -> {});
                return true;
            });
            new Thread(arming).start();
            start.await();
            client.link().close();
            assertThat(arming.get()).isTrue();
            accepted.expect(LinkEnd.frame(round, 100));
            assertThat(accepted.awaitEnd()).isTrue();
            accepted.link().close();
        }
    }

    @Test
    void closingWakesWaitingThreads() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Link client = Serving.connect(server.name()).link();
            FutureTask<Boolean> waiting = new FutureTask<>(() -> {
                client.await(LinkEnd.FOREVER);
                return true;
            });
            new Thread(waiting).start();
            client.close();
            assertThat(waiting.get()).isTrue();
            server.accept().link().close();
        }
    }

    @Test
    void unarmedLinkWithUnreadFramesStillDelivers() throws Exception {
        LinkEnd client = Serving.connect(server.name());
        LinkEnd accepted = server.accept();
        for (int i = 0; i < 100; i++) {
            accepted.send(LinkEnd.frame(i, 1_000));
        }
        client.link().await(LinkEnd.FOREVER);
        client.send(LinkEnd.frame(1, 60_000));
        client.link().close();
        accepted.send(LinkEnd.frame(2, 1_000));
        accepted.expect(LinkEnd.frame(1, 60_000));
        assertThat(accepted.awaitEnd()).isTrue();
    }

    @Test
    void peerThatNeverEndsIsWaitedForUpToTheTimeout() throws Exception {
        try (RawClient deaf = RawClient.authenticated(server.name())) {
            server.accept().link().close();
            assertThat(deaf.receiveToEnd()).isEmpty();
            // Taken at first, then refused: once the socket is gone the kernel resets the connection.
            assertThatThrownBy(() -> {
                        while (!Thread.currentThread().isInterrupted()) {
                            deaf.send(new byte[1_000]);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }
}
