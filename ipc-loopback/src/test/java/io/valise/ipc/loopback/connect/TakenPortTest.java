package io.valise.ipc.loopback.connect;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.loopback.LoopbackTransport;
import io.valise.ipc.loopback.endpoint.EndpointFile;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.secret.Handshake;
import io.valise.ipc.spi.secret.Secret;
import io.valise.ipc.spi.secret.SecretFiles;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.link.LinkEnd;
import io.valise.ipc.testkit.process.FreePort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Another process answers at the port that a server, now gone, has published. */
@ExtendWith(HangWatchdog.class)
class TakenPortTest {
    /** Longer than any process id: the writer has certainly gone. */
    private static final long NO_PROCESS = 1L << 40;

    private final String name = Serving.freshName();

    /** Publishes a port as a server that crashed has left it. */
    private EndpointFile leave(int port) {
        EndpointFile fresh = EndpointFile.fresh(name, port, 0, false);
        EndpointFile left = new EndpointFile(name, port, 0, NO_PROCESS, false, fresh.secret());
        EndpointFile.files().publish(left);
        return left;
    }

    private IpcException connectFails(long timeoutNanos) {
        try {
            new LoopbackTransport()
                    .connect(new Endpoint("loopback", name), timeoutNanos)
                    .close();
            throw new AssertionError("a link to a impostor");
        } catch (IpcException e) {
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
            return e;
        }
    }

    private IpcException connectFails() {
        return connectFails(TimeUnit.SECONDS.toNanos(30));
    }

    @Test
    void impostorThatSpeaksTheProtocolIsFoundOutAndLearnsNoProof() throws Exception {
        try (Impostor impostor = new Impostor(TakenPortTest::answerWithAnotherSecret)) {
            leave(impostor.port());
            IpcException e = connectFails();
            assertThat(e.status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
            assertThat(e).hasMessageContaining("another program").hasMessageContaining("restart the server");
            // A nonce and nothing else.
            assertThat(impostor.heard.take()).hasSize(40);
        }
    }

    private static void answerWithAnotherSecret(InputStream in, OutputStream out) throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        Handshake.server(Secret.fresh(), "another").advance(ByteBuffer.wrap(in.readNBytes(40)), answer::put);
        out.write(answer.array(), 0, answer.position());
    }

    @Test
    void foreignServerIsNoValise() throws Exception {
        try (Impostor impostor =
                new Impostor((in, out) -> out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII)))) {
            leave(impostor.port());
            IpcException e = connectFails();
            assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
            assertThat(e).hasMessageContaining("no Valise server");
        }
    }

    @Test
    void impostorThatHangsUpIsFoundOut() throws Exception {
        try (Impostor impostor = new Impostor((in, out) -> in.readNBytes(40))) {
            leave(impostor.port());
            assertThat(connectFails().status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
        }
    }

    @Test
    void silentImpostorTimesOut() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, Loopback.V4.address())) {
            leave(silent.getLocalPort());
            assertThat(connectFails(TimeUnit.MILLISECONDS.toNanos(300)).status())
                    .isEqualTo(IpcStatus.TIMEOUT);
        }
    }

    @Test
    void interruptedCallerIsLetGoWithItsInterruptStatus() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, Loopback.V4.address())) {
            leave(silent.getLocalPort());
            Thread.currentThread().interrupt();
            assertThat(connectFails().status()).isEqualTo(IpcStatus.CANCELLED);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void portWithoutAListenerIsNoServer() {
        leave(FreePort.find());
        IpcException e = connectFails();
        assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
        assertThat(e).hasMessageContaining("start it again");
    }

    @Test
    void serverTakesTheNameOverFromAnImpostor() throws Exception {
        try (Impostor impostor = new Impostor(TakenPortTest::answerWithAnotherSecret)) {
            EndpointFile left = leave(impostor.port());
            try (Serving server = new Serving(name)) {
                assertThat(EndpointFile.files().read(name)).isPresent().isNotEqualTo(Optional.of(left));
                LinkEnd client = Serving.connect(name);
                client.send(LinkEnd.frame(1, 10));
                server.accept().expect(LinkEnd.frame(1, 10));
                client.link().close();
            }
        }
    }

    @Test
    void fileThatLeadsToAnotherServerOfThisUserLeadsNowhere() throws Exception {
        try (Serving other = new Serving()) {
            leave(EndpointFile.files().read(other.name()).orElseThrow().port());
            assertThat(connectFails().status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
            assertThat(other.waiting()).isZero();
        }
    }

    @Test
    void copiedFileDoesNotServeAnotherName() throws Exception {
        try (Serving server = new Serving()) {
            SecretFiles<EndpointFile> folder = EndpointFile.files();
            Files.copy(folder.pathOf(server.name()), folder.pathOf(name));
            assertThat(connectFails().status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
            EndpointFile file = folder.read(server.name()).orElseThrow();
            folder.publish(new EndpointFile(name, file.port(), file.port6(), file.pid(), false, file.secret()));
            // Even with the right secret: the name is part of the proof.
            assertThat(connectFails().status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
        }
    }

    @Test
    void malformedFileSaysWhatIsWrongAndIsReplaced() throws Exception {
        PrivateFile.write(EndpointFile.files().pathOf(name), "valise-loopback 2\n");
        assertThatThrownBy(() -> Serving.connect(name))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                .hasMessageContaining("valise-loopback 2")
                .hasMessageContaining("restart the server");
        new Serving(name).close();
        assertThat(EndpointFile.files().pathOf(name)).doesNotExist();
    }

    @Test
    void relayedConnectionIsRefusedByBothEnds() throws Exception {
        try (Serving server = new Serving();
                Impostor relay = new Impostor((in, out) -> relay(in, out, server.name()))) {
            EndpointFile real = EndpointFile.files().read(server.name()).orElseThrow();
            EndpointFile bent = new EndpointFile(real.name(), relay.port(), 0, real.pid(), false, real.secret());
            assertThatThrownBy(() -> TcpDialer.dial(
                            bent,
                            new InetSocketAddress(Loopback.V4.address(), relay.port()),
                            TimeUnit.SECONDS.toNanos(30)))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED));
            assertThat(server.waiting()).isZero();
        }
    }

    /** Carries HELLO to the real server, and its CHALLENGE back. */
    private static void relay(InputStream in, OutputStream out, String name) throws IOException {
        try (RawClient real = RawClient.connect(name)) {
            real.send(in.readNBytes(40));
            out.write(real.receive(Handshake.LONGEST_MESSAGE));
        }
    }

    /** A program that listens at a port and treats every client in its own way. */
    private static final class Impostor implements AutoCloseable {
        private final ServerSocket port = new ServerSocket(0, 50, Loopback.V4.address());
        private final BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();

        Impostor(Treatment treatment) throws IOException {
            Thread thread = new Thread(() -> serve(treatment), "impostor");
            thread.setDaemon(true);
            thread.start();
        }

        private void serve(Treatment treatment) {
            while (!port.isClosed()) {
                try (Socket client = port.accept()) {
                    ByteArrayOutputStream copy = new ByteArrayOutputStream();
                    InputStream in = new Overheard(client.getInputStream(), copy);
                    treatment.treat(in, client.getOutputStream());
                    client.shutdownOutput();
                    in.transferTo(OutputStream.nullOutputStream());
                    heard.add(copy.toByteArray());
                } catch (IOException e) {
                    // The client broke off, or the test is over.
                    heard.add(new byte[0]);
                }
            }
        }

        int port() {
            return port.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            port.close();
        }
    }

    /** How an impostor treats a client. */
    private interface Treatment {
        void treat(InputStream in, OutputStream out) throws IOException;
    }

    /** Input of which a copy is kept. */
    private static final class Overheard extends InputStream {
        private final InputStream in;
        private final OutputStream copy;

        Overheard(InputStream in, OutputStream copy) {
            this.in = in;
            this.copy = copy;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = in.read(into, offset, length);
            copy.write(into, offset, Math.max(count, 0));
            return count;
        }
    }
}
