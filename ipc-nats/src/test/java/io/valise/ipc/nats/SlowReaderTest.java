package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** What is on its way to a process that does not read is bounded, whatever the number of its links. */
@NeedsNats
class SlowReaderTest {
    private static final int LINKS = 40;
    private static final int FRAME = 8000;
    private static final long BOUND = (2L << 20) + LINKS * (8L << 10);

    /** What a writer gathers before it writes at all, at each link. */
    private static final long GATHERED = LINKS * (128L << 10);

    @Test
    void creditIsSharedAmongTheLinksOfAProcessAndAllArrivesOnceItReads() throws Exception {
        try (NatsServer broker = NatsServer.open()) {
            Transport transport = broker.transport();
            BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();
            Endpoint endpoint = Endpoint.parse("nats:slow");
            try (Transport.Listener ignored = transport.listen(endpoint, accepted::add)) {
                List<Link> clients = new ArrayList<>();
                List<Link> servers = new ArrayList<>();
                for (int i = 0; i < LINKS; i++) {
                    clients.add(transport.connect(endpoint, Long.MAX_VALUE));
                    servers.add(accepted.take());
                }
                long sent = 0;
                for (Link client : clients) {
                    sent += fill(client);
                }
                assertThat(sent).isLessThanOrEqualTo(BOUND + GATHERED);
                long received = 0;
                while (received < sent) {
                    for (int i = 0; i < LINKS; i++) {
                        clients.get(i).flush();
                        received += (long) FRAME * Math.max(0, servers.get(i).poll(frame -> true, 100));
                    }
                }
                assertThat(received).isEqualTo(sent);
                clients.forEach(Link::close);
                servers.forEach(Link::close);
            }
        }
    }

    /** Sends until there is no room; returns how many bytes of frames were taken. */
    private static long fill(Link link) {
        for (long sent = 0; ; sent += FRAME) {
            ByteBuffer frame = link.claim(FRAME);
            if (frame == null) {
                return sent;
            }
            if (sent > BOUND + GATHERED) {
                throw new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "there is no bound");
            }
            link.commit(FRAME);
            link.flush();
        }
    }
}
