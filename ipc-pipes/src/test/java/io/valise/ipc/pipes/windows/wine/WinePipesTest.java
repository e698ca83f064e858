package io.valise.ipc.pipes.windows.wine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Endpoint;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.pipes.windows.ModelTransport;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.link.LinkEnd;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Two processes under Wine. */
@EnabledIfSystemProperty(named = "valise.wine", matches = "true")
class WinePipesTest {
    private static final Endpoint QUOTES = new Endpoint("winpipe", "quotes");
    private static final long SECONDS_10 = TimeUnit.SECONDS.toNanos(10);

    private final BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();

    private LinkEnd accept() throws InterruptedException {
        return new LinkEnd(accepted.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void processesMeetKnowEachOtherAndSurviveEachOthersDeath() throws Exception {
        try (WineProcess server = WineProcess.start();
                WineProcess client = WineProcess.start();
                WineProcess doomed = WineProcess.start()) {
            Transport dialling = new ModelTransport(client);
            new ModelTransport(server).listen(QUOTES, accepted::add);
            LinkEnd there = new LinkEnd(dialling.connect(QUOTES, SECONDS_10));
            LinkEnd here = accept();
            assertThat(here.link().peer().pid()).hasValue(client.currentProcessId());
            assertThat(there.link().peer().pid()).hasValue(server.currentProcessId());
            assertThat(here.link().peer().sameUser()).isTrue();
            assertThat(here.link().peer().evidence()).isEqualTo(PeerIdentity.Evidence.KERNEL);

            new ModelTransport(doomed).connect(QUOTES, SECONDS_10);
            LinkEnd ending = accept();
            doomed.kill();
            assertThat(ending.awaitEnd()).isTrue();
            pingPong(there, here);

            here.send(LinkEnd.frame(1, 50_000));
            server.kill();
            there.expect(LinkEnd.frame(1, 50_000));
            assertThat(there.awaitEnd()).isTrue();
            assertThatThrownBy(() -> dialling.connect(QUOTES, SECONDS_10)).hasMessageContaining("no server listens");
        }
    }

    private static void pingPong(LinkEnd one, LinkEnd other) {
        for (int i = 0; i < 50; i++) {
            byte[] frame = LinkEnd.frame(i, 1 + i * 1_000);
            one.send(frame);
            other.expect(frame);
            other.send(frame);
            one.expect(frame);
        }
    }
}
