package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testlog.OpenDescriptors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is particular to {@code shm:}; the rest is the contract's, in {@link ShmLinkTest}. */
@ExtendWith(HangWatchdog.class)
class ShmTransportTest {
    private static final Endpoint ENDPOINT = new Endpoint("shm", "particular");
    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(30);

    private final ShmTransport transport = new ShmTransport();
    private final BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();
    private Transport.Listener listener;

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

    @Test
    void serviceLoaderFindsIt() {
        assertThat(ServiceLoader.load(Transport.class))
                .anySatisfy(found -> assertThat(found).isInstanceOf(ShmTransport.class));
        assertThat(transport.order()).isEqualTo(10);
    }

    @Test
    void availabilitySaysWhatItUses() {
        assertThat(transport.availability().available()).isTrue();
        assertThat(transport.availability().detail())
                .containsPattern("(chronicle|jdk) memory, (futex|socket) doorbell, .* MiB free");
    }

    @ParameterizedTest
    @ValueSource(strings = {"65535", "100000", "134217728", "-1", "128k", ""})
    void ringBytesThatCannotBeAreNamed(String value) {
        System.setProperty(ShmTransport.RING_BYTES_PROPERTY, value);
        try {
            Endpoint endpoint = new Endpoint("shm", "rings");
            assertThat(catchThrowableOfType(IpcException.class, () -> transport.listen(endpoint, accepted::add))
                            .getMessage())
                    .contains("valise.shm.ringBytes", "65536", "67108864", "actual=\"" + value + '"');
            assertThat(transport.availability().available()).isFalse();
        } finally {
            System.clearProperty(ShmTransport.RING_BYTES_PROPERTY);
        }
    }

    @Test
    void ringBytesSetTheLongestFrame() {
        System.setProperty(ShmTransport.RING_BYTES_PROPERTY, "1048576");
        Endpoint endpoint = new Endpoint("shm", "rings");
        try (Transport.Listener big = transport.listen(endpoint, accepted::add);
                Link link = transport.connect(endpoint, TIMEOUT)) {
            assertThat(big.endpoint()).isEqualTo(endpoint);
            assertThat(link.maxFrameBytes()).isEqualTo((1 << 20) / 4 - 4);
        } finally {
            System.clearProperty(ShmTransport.RING_BYTES_PROPERTY);
        }
    }

    @Test
    void connectionLeavesNoFileAndPeersNameEachOther() throws Exception {
        try (Link client = transport.connect(ENDPOINT, TIMEOUT);
                Link server = accepted.take()) {
            assertThat(segmentFiles()).isEmpty();
            assertThat(client.peer().pid()).hasValue(ProcessHandle.current().pid());
            assertThat(server.peer().pid()).hasValue(ProcessHandle.current().pid());
        }
    }

    @Test
    void fiveHundredConnectionsLeaveNoDescriptorNoMapAndNoFile() throws Exception {
        connectAndClose(20); // whatever is opened once
        OpenDescriptors before = OpenDescriptors.now();
        for (int i = 0; i < 500; i++) {
            connectAndClose(1);
        }
        before.awaitNoMore();
        assertThat(mapped()).isZero();
        assertThat(segmentFiles()).isEmpty();
    }

    private void connectAndClose(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            Link client = transport.connect(ENDPOINT, TIMEOUT);
            Link server = accepted.take();
            (i % 2 == 0 ? client : server).close();
            (i % 2 == 0 ? server : client).close();
        }
    }

    private static long mapped() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("~" + ENDPOINT.name() + "~"))
                .count();
    }

    private static List<Path> segmentFiles() throws IOException {
        SegmentDirectory segments = SegmentDirectory.current(ShmTransport.sockets());
        try (var files = Files.list(segments.path())) {
            return files.filter(segments::owns).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "V",
                "VALISESHN",
                "VALISESHM\1\0\0\0\0\0\0\0\1AAAA",
                "VALISESHM\2........"
            })
    void serverClosesConnectionsWithoutAHandshake(String bytes) throws Exception {
        try (SocketChannel intruder = dial()) {
            intruder.write(ByteBuffer.wrap(bytes.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
            if (bytes.length() > 1) {
                readToEnd(intruder);
            }
        }
        assertThat(accepted).isEmpty();
        connectAndClose(1);
        assertThat(segmentFiles()).isEmpty();
    }

    @Test
    void serverClosesConnectionsWithoutAProof() throws Exception {
        for (byte ack : new byte[] {'B', 0, -1}) {
            try (SocketChannel intruder = dial()) {
                intruder.write(NegotiationMessages.hello(1));
                ByteBuffer offer = ByteBuffer.allocate(8192);
                while (NegotiationMessages.readOffer(offer.duplicate().flip()) == null) {
                    intruder.read(offer);
                }
                assertThat(segmentFiles()).hasSize(1);
                if (ack != -1) {
                    intruder.write(ByteBuffer.wrap(new byte[] {ack}));
                    readToEnd(intruder);
                }
            }
        }
        connectAndClose(1);
        while (!segmentFiles().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(accepted).isEmpty();
    }

    @Test
    void clientRefusesWhatIsNoServer() {
        Random random = new Random(3);
        AtomicInteger round = new AtomicInteger();
        Path sockets = ShmTransport.sockets();
        try (var impostor = UnixSockets.listen(sockets, "impostor", socket -> answer(socket, random, round))) {
            assertThat(impostor.path()).exists();
            for (int i = 0; i < 200; i++) {
                round.set(i);
                IpcException refused = catchThrowableOfType(
                        IpcException.class,
                        () -> transport.connect(new Endpoint("shm", "impostor"), TimeUnit.SECONDS.toNanos(5)));
                assertThat(refused.status())
                        .as(refused.getMessage())
                        .isIn(
                                IpcStatus.PROTOCOL_ERROR,
                                IpcStatus.ENDPOINT_NOT_FOUND,
                                IpcStatus.VERSION_MISMATCH,
                                IpcStatus.RESOURCE_EXHAUSTED,
                                IpcStatus.ACCESS_DENIED,
                                IpcStatus.UNSUPPORTED);
            }
        }
    }

    /** Random bytes, a broken offer, a file that is not there, or nothing: then the end. */
    private static void answer(SocketChannel socket, Random random, AtomicInteger round) {
        byte[] bytes = new byte[random.nextInt(100)];
        random.nextBytes(bytes);
        ByteBuffer offer = NegotiationMessages.offer(
                1, new io.valise.ipc.sharedmem.layout.SegmentLayout(1 << 17), Path.of("/dev/shm/valise-none/x"));
        if (round.get() % 4 > 0) {
            offer.put(random.nextInt(round.get() % 4 == 1 ? 9 : offer.limit()), (byte) random.nextInt());
        }
        try (socket) {
            socket.write(round.get() % 2 == 0 ? ByteBuffer.wrap(bytes) : offer);
        } catch (IOException gone) {
            throw new java.io.UncheckedIOException(gone);
        }
    }

    @Test
    void strangeBellIsAProtocolError() throws Exception {
        BlockingQueue<SocketChannel> sockets = new LinkedBlockingQueue<>();
        Path segment = SegmentDirectory.current(ShmTransport.sockets()).fresh("impostor");
        var layout = new io.valise.ipc.sharedmem.layout.SegmentLayout(1 << 16);
        var memory = io.valise.ipc.sharedmem.os.SegmentFile.create(segment, layout.segmentBytes());
        layout.writeHeader(memory);
        try (var impostor = UnixSockets.listen(ShmTransport.sockets(), "impostor", sockets::add)) {
            var connecting = java.util.concurrent.CompletableFuture.supplyAsync(
                    () -> transport.connect(new Endpoint("shm", "impostor"), TIMEOUT));
            try (SocketChannel server = sockets.take()) {
                server.write(NegotiationMessages.offer(1, layout, segment));
                try (Link link = connecting.get()) {
                    server.write(ByteBuffer.wrap(new byte[] {'D', 'S', '?'}));
                    assertThatThrownBy(() -> {
                                while (link.poll(view -> true, 1) == 0) {
                                    link.await(TIMEOUT);
                                }
                            })
                            .isInstanceOfSatisfying(
                                    IpcException.class,
                                    e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR));
                }
            }
            assertThat(impostor.path()).exists();
        } finally {
            memory.unmap();
            Files.deleteIfExists(segment);
        }
    }

    @Test
    void segmentsOfADeadServerAreSweptByTheNext() throws Exception {
        SegmentDirectory segments = SegmentDirectory.current(ShmTransport.sockets());
        Path ofDead = Files.createFile(segments.fresh("dead"));
        Path ofSelf = Files.createFile(segments.fresh("next"));
        Path ofLive = Files.createFile(segments.fresh(ENDPOINT.name()));
        try (Transport.Listener next = transport.listen(new Endpoint("shm", "next"), accepted::add)) {
            assertThat(next.endpoint().name()).isEqualTo("next");
            assertThat(ofDead).doesNotExist();
            assertThat(ofSelf).doesNotExist();
            assertThat(ofLive).exists();
        } finally {
            Files.deleteIfExists(ofLive);
        }
    }

    @Test
    void flushedFramesOfAClosedSenderArriveFromAFullRing() throws Exception {
        List<Integer> seen = new ArrayList<>();
        try (Link client = transport.connect(ENDPOINT, TIMEOUT);
                Link server = accepted.take()) {
            int sent = 0;
            for (ByteBuffer space = client.claim(1000); space != null; space = client.claim(1000)) {
                space.putInt(sent++);
                client.commit(1000);
            }
            client.flush();
            client.close();
            int delivered = 0;
            while (delivered != Link.END) {
                delivered = server.poll(view -> seen.add(view.getInt()), 7);
            }
            assertThat(seen).hasSize(sent).isSorted();
            assertThat(sent).isGreaterThan(100);
        }
    }

    private static SocketChannel dial() throws IOException {
        SocketChannel socket = UnixSockets.connect(ShmTransport.sockets(), ENDPOINT.name(), TIMEOUT);
        socket.configureBlocking(true);
        return socket;
    }

    private static void readToEnd(SocketChannel socket) {
        ByteBuffer sink = ByteBuffer.allocate(8192);
        try {
            while (socket.read(sink.clear()) >= 0) {
                assertThat(sink.position()).isPositive();
            }
        } catch (IOException reset) {
            assertThat(reset).hasMessageContaining("reset"); // It closed without having read all we wrote.
        }
    }
}
