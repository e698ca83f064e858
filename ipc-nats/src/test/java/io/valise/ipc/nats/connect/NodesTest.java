package io.valise.ipc.nats.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.SilentBroker;
import io.valise.ipc.nats.broker.BrokerAddress;
import io.valise.ipc.nats.broker.BrokerSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A broker that lets a process in, and ends the connection when it is asked something. */
class NodesTest {
    /** 10 + 20 + 40 + … + 640 ms and what is left are pauses between so many attempts. */
    private static final long NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int MOST_ATTEMPTS = 8;

    private final AtomicInteger connections = new AtomicInteger();

    private void letIn(Socket client) {
        connections.incrementAndGet();
        try (client) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            readTo("PING", in);
            client.getOutputStream().write("PONG\r\n".getBytes(StandardCharsets.US_ASCII));
            readTo("SUB", in);
        } catch (IOException e) {
            throw new IllegalStateException("a client was not let in", e);
        }
    }

    private static void readTo(String command, BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && !line.startsWith(command)) {
            line = in.readLine();
        }
    }

    @Test
    void aConnectionThatIsLostAtOnceIsFollowedByOthersAfterPauses() throws IOException {
        try (SilentBroker broker = SilentBroker.saying(SilentBroker.WANTS_NOTHING, this::letIn)) {
            BrokerSettings settings = new BrokerSettings(
                    List.of(BrokerAddress.parse("nats://127.0.0.1:" + broker.port())),
                    null,
                    null,
                    null,
                    "-",
                    null,
                    false,
                    TimeUnit.SECONDS.toNanos(15));
            assertThat(new Node(settings, NodeTest.NANOS, lost -> {}).isLost()).isTrue();
            connections.set(0);
            IpcException failure = catchThrowableOfType(IpcException.class, () -> Nodes.use(settings, NANOS));
            assertThat(connections).hasValueBetween(2, MOST_ATTEMPTS);
            assertThat(failure.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
            assertThat(failure).hasMessageContaining("was lost");
        }
    }
}
