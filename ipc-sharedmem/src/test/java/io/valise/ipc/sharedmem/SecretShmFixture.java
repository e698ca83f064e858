package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.PeerIdentity.Evidence;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.spi.secret.Handshake;
import io.valise.ipc.spi.secret.Secret;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testlog.MayLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A server of {@code shm:} whose peers are authenticated by its secret, as on Windows, and a hand-made peer that speaks to
 * its socket.
 */
@ExtendWith(HangWatchdog.class)
@MayLog("refused: ")
abstract class SecretShmFixture {
    static final Endpoint ENDPOINT = new Endpoint("shm", "secret");
    static final long TIMEOUT = TimeUnit.SECONDS.toNanos(30);
    static final int HELLO_BYTES = 40;

    final Transport transport = new SecretShm();
    final BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();
    Transport.Listener listener;

    @BeforeEach
    void listen() {
        TestHome.path();
        listener = transport.listen(ENDPOINT, accepted::add);
    }

    @AfterEach
    void stop() {
        listener.close();
        accepted.forEach(Link::close);
    }

    static Path socket() {
        return ShmTransport.sockets().resolve(ENDPOINT.name());
    }

    static Path key(String name) {
        return ShmTransport.sockets().resolve(".key-" + name);
    }

    static Secret secret() throws IOException {
        String text = Files.readString(key(ENDPOINT.name()));
        return Secret.ofDigits(
                text.substring(text.indexOf("secret=") + "secret=".length()).strip());
    }

    static List<Path> segmentFiles() throws IOException {
        SegmentDirectory segments = SegmentDirectory.current(ShmTransport.sockets());
        try (var files = Files.list(segments.path())) {
            return files.filter(segments::owns).toList();
        }
    }

    /** A thread that reads at the moment of closing, such as the loop's, unmaps when it has read. */
    static void awaitNoSegments() throws IOException {
        while (!segmentFiles().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    static SocketChannel dial() throws IOException {
        return dial(ENDPOINT.name());
    }

    static SocketChannel dial(String name) throws IOException {
        SocketChannel socket = UnixSockets.connectToAnyone(ShmTransport.sockets(), name, TIMEOUT);
        socket.configureBlocking(true);
        return socket;
    }

    static byte[] receive(SocketChannel socket, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining() && socket.read(bytes) >= 0) {
            assertThat(bytes.position()).isPositive();
        }
        byte[] received = new byte[bytes.flip().remaining()];
        bytes.get(received);
        return received;
    }

    static byte[] receiveToEnd(SocketChannel socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (byte[] some = receive(socket, 1); some.length > 0; some = receive(socket, 1)) {
                all.writeBytes(some);
            }
        } catch (IOException reset) {
            assertThat(reset).hasMessageContaining("reset"); // It closed without having read all we wrote.
        }
        return all.toByteArray();
    }

    static void send(SocketChannel socket, byte[] bytes) throws IOException {
        socket.write(ByteBuffer.wrap(bytes));
    }

    static byte[] begin(Handshake client) {
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        client.begin(out::put);
        return bytes(out);
    }

    static byte[] answer(Handshake client, byte[] said) {
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        client.advance(ByteBuffer.wrap(said), out::put);
        return bytes(out);
    }

    static byte[] bytes(ByteBuffer written) {
        byte[] bytes = new byte[written.flip().remaining()];
        written.get(bytes);
        return bytes;
    }

    void stillServes() throws Exception {
        try (Link client = transport.connect(ENDPOINT, TIMEOUT);
                Link server = accepted.take()) {
            assertThat(client.peer().evidence()).isEqualTo(Evidence.SECRET);
            assertThat(server.peer().sameUser()).isTrue();
        }
        awaitNoSegments();
    }

    IpcException refused(Endpoint endpoint) {
        return catchThrowableOfType(IpcException.class, () -> transport.connect(endpoint, TIMEOUT));
    }

    /** As on Windows, a file that is mapped cannot be removed. */
    record Removal(AtomicInteger tries) implements SegmentRemoval {
        @Override
        public void whenShared(Path file) {
            assertThat(file).exists();
        }

        @Override
        public void whenUnmapped(Path file) {
            tries.incrementAndGet();
            if (!isMapped(file)) {
                WHEN_UNMAPPED.whenUnmapped(file);
            }
        }

        private static boolean isMapped(Path file) {
            try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
                return lines.anyMatch(line -> line.endsWith(file.getFileName().toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
