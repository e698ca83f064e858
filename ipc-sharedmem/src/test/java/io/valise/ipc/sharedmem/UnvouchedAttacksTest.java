package io.valise.ipc.sharedmem;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity.Evidence;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.spi.secret.ConnectionAuthenticator;
import io.valise.ipc.spi.secret.Handshake;
import io.valise.ipc.spi.secret.Secret;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.rule.LogLines;
import io.valise.ipc.testlog.MayLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a process can do that got past the folder's protection, where no kernel tells who the peer is. Other users of the
 * machine are tried by H01 in {@link UnvouchedConformanceTest}.
 */
@ExtendWith(HangWatchdog.class)
@MayLog("refused: ")
class UnvouchedAttacksTest {
    private static final Endpoint ENDPOINT = new Endpoint("shm", "unvouched");
    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(30);
    private static final int HELLO_BYTES = 40;

    private final Transport transport = new UnvouchedShm();
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

    // ---- tools

    private static Path socket() {
        return ShmTransport.sockets().resolve(ENDPOINT.name());
    }

    private static Path key(String name) {
        return ShmTransport.sockets().resolve(".key-" + name);
    }

    private static Secret secret() throws IOException {
        String text = Files.readString(key(ENDPOINT.name()));
        return Secret.ofDigits(
                text.substring(text.indexOf("secret=") + "secret=".length()).strip());
    }

    private static List<Path> segmentFiles() throws IOException {
        SegmentDirectory segments = SegmentDirectory.current(ShmTransport.sockets());
        try (var files = Files.list(segments.path())) {
            return files.filter(segments::owns).toList();
        }
    }

    /** A thread that reads at the moment of closing, such as the loop's, unmaps when it has read. */
    private static void awaitNoSegments() throws IOException {
        while (!segmentFiles().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private static SocketChannel dial() throws IOException {
        return dial(ENDPOINT.name());
    }

    private static SocketChannel dial(String name) throws IOException {
        SocketChannel socket = UnixSockets.connectToAnyone(ShmTransport.sockets(), name, TIMEOUT);
        socket.configureBlocking(true);
        return socket;
    }

    private static byte[] receive(SocketChannel socket, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining() && socket.read(bytes) >= 0) {
            assertThat(bytes.position()).isPositive();
        }
        byte[] received = new byte[bytes.flip().remaining()];
        bytes.get(received);
        return received;
    }

    private static byte[] receiveToEnd(SocketChannel socket) throws IOException {
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

    private static void send(SocketChannel socket, byte[] bytes) throws IOException {
        socket.write(ByteBuffer.wrap(bytes));
    }

    private static byte[] begin(Handshake client) {
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        client.begin(out::put);
        return bytes(out);
    }

    private static byte[] answer(Handshake client, byte[] said) {
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        client.advance(ByteBuffer.wrap(said), out::put);
        return bytes(out);
    }

    private static byte[] bytes(ByteBuffer written) {
        byte[] bytes = new byte[written.flip().remaining()];
        written.get(bytes);
        return bytes;
    }

    private void stillServes() throws Exception {
        try (Link client = transport.connect(ENDPOINT, TIMEOUT);
                Link server = accepted.take()) {
            assertThat(client.peer().evidence()).isEqualTo(Evidence.SECRET);
            assertThat(server.peer().sameUser()).isTrue();
        }
        awaitNoSegments();
    }

    private IpcException refused(Endpoint endpoint) {
        return catchThrowableOfType(IpcException.class, () -> transport.connect(endpoint, TIMEOUT));
    }

    // ---- at the server

    @Test
    void peersKnowEachOtherByTheSecret() throws Exception {
        try (Link client = transport.connect(ENDPOINT, TIMEOUT);
                Link server = accepted.take()) {
            for (Link end : List.of(client, server)) {
                assertThat(end.peer().evidence()).isEqualTo(Evidence.SECRET);
                assertThat(end.peer().sameUser()).isTrue();
                assertThat(end.peer().pid()).hasValue(ProcessHandle.current().pid());
            }
        }
        assertThat(transport.availability().detail()).endsWith("peers authenticated by a secret of this user");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "VALISF", "\0", "SSH-2.0-OpenSSH_9.9\r\n"})
    void foreignProtocolHearsNothing(String bytes) throws Exception {
        try (LogLines audit = LogLines.audit(ENDPOINT);
                SocketChannel intruder = dial()) {
            send(intruder, bytes.getBytes(ISO_8859_1));
            assertThat(receiveToEnd(intruder)).isEmpty();
            assertThat(audit.next()).contains("an unauthenticated peer", "the peer is no Valise program");
        }
        assertThat(accepted).isEmpty();
        stillServes();
    }

    @Test
    void whoSaysTheHelloOfSystemsThatVouchGetsNoFurther() throws Exception {
        try (SocketChannel intruder = dial()) {
            intruder.write(NegotiationMessages.hello(1));
            assertThat(receiveToEnd(intruder))
                    .isEqualTo(("VALISE\1" + (char) IpcStatus.VERSION_MISMATCH.number()).getBytes(ISO_8859_1));
        }
        IpcException e = catchThrowableOfType(IpcException.class, () -> new ShmTransport().connect(ENDPOINT, TIMEOUT));
        assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(accepted).isEmpty();
        stillServes();
    }

    @Test
    void garbageIsDropped() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20; i++) { // The audit log takes 60 lines of unauthenticated peers in a minute.
            byte[] garbage = new byte[8 + random.nextInt(20_000)];
            random.nextBytes(garbage);
            if (i % 2 == 0) {
                System.arraycopy("VALISE\1\0".getBytes(ISO_8859_1), 0, garbage, 0, 8);
            }
            try (SocketChannel intruder = dial()) {
                send(intruder, garbage);
                intruder.shutdownOutput();
                assertThat(receiveToEnd(intruder)).hasSizeLessThanOrEqualTo(Handshake.LONGEST_MESSAGE + 1);
            } catch (IOException brokenPipe) {
                assertThat(brokenPipe).hasMessageContaining("roken pipe"); // It had seen enough.
            }
        }
        assertThat(accepted).isEmpty();
        stillServes();
    }

    @Test
    void whoDoesNotKnowTheSecretIsToldSoAndDropped() throws Exception {
        try (LogLines audit = LogLines.audit(ENDPOINT);
                SocketChannel intruder = dial()) {
            send(intruder, begin(Handshake.client(Secret.fresh(), ENDPOINT.toString())));
            assertThat(receive(intruder, Handshake.LONGEST_MESSAGE)).hasSize(Handshake.LONGEST_MESSAGE);
            send(intruder, new byte[32]);
            assertThat(receiveToEnd(intruder)).containsExactly(IpcStatus.AUTHENTICATION_FAILED.number());
            assertThat(audit.next()).contains("does not know this server's secret");
        }
        assertThat(segmentFiles()).isEmpty();
        stillServes();
    }

    @Test
    void recordedClientIsRefused() throws Exception {
        byte[] hello;
        byte[] proof;
        try (SocketChannel honest = dial()) {
            Handshake client = Handshake.client(secret(), ENDPOINT.toString());
            hello = begin(client);
            send(honest, hello);
            proof = answer(client, receive(honest, Handshake.LONGEST_MESSAGE));
            send(honest, proof);
            assertThat(receive(honest, 1)).containsExactly(IpcStatus.OK.number());
        }
        try (SocketChannel replay = dial()) {
            send(replay, hello);
            receive(replay, Handshake.LONGEST_MESSAGE);
            send(replay, proof);
            assertThat(receiveToEnd(replay)).containsExactly(IpcStatus.AUTHENTICATION_FAILED.number());
        }
        assertThat(accepted).isEmpty();
        stillServes();
    }

    @Test
    void reflectedServerIsRefused() throws Exception {
        try (SocketChannel mirror = dial()) {
            send(mirror, begin(Handshake.client(Secret.fresh(), ENDPOINT.toString())));
            byte[] challenge = receive(mirror, Handshake.LONGEST_MESSAGE);
            send(mirror, Arrays.copyOfRange(challenge, HELLO_BYTES, Handshake.LONGEST_MESSAGE));
            assertThat(receiveToEnd(mirror)).containsExactly(IpcStatus.AUTHENTICATION_FAILED.number());
        }
        stillServes();
    }

    @Test
    void secretOfAnEarlierStartIsWorthless() throws Exception {
        Secret stolen = secret();
        String stolenFile = Files.readString(key(ENDPOINT.name()));
        listener.close();
        assertThat(key(ENDPOINT.name())).doesNotExist();
        listener = transport.listen(ENDPOINT, accepted::add);
        String current = Files.readString(key(ENDPOINT.name()));

        assertThat(secret().digits()).isNotEqualTo(stolen.digits());
        try (SocketChannel thief = dial()) {
            Handshake client = Handshake.client(stolen, ENDPOINT.toString());
            send(thief, begin(client));
            byte[] challenge = receive(thief, Handshake.LONGEST_MESSAGE);
            IpcException foundOut = catchThrowableOfType(IpcException.class, () -> answer(client, challenge));
            assertThat(foundOut.status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
        }
        Files.writeString(key(ENDPOINT.name()), stolenFile);
        assertThat(refused(ENDPOINT).status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
        Files.writeString(key(ENDPOINT.name()), current);
        stillServes();
    }

    @Test
    void silentAndSlowOnesAreDroppedInTheEnd() throws Exception {
        try (LogLines audit = LogLines.audit(ENDPOINT);
                SocketChannel slow = dial();
                SocketChannel silent = dial();
                Link early = transport.connect(ENDPOINT, TIMEOUT);
                Link server = accepted.take()) {
            send(slow, "VALISE\1".getBytes(US_ASCII));
            // Ended by the server alone: one that forgot them would hang here.
            assertThat(receiveToEnd(slow)).isEmpty();
            assertThat(receiveToEnd(silent)).isEmpty();
            assertThat(audit.next()).contains("took too long");
            assertThat(early.poll(view -> true, 1)).isZero();
            assertThat(server.poll(view -> true, 1)).isZero();
        }
    }

    @Test
    void honestClientsGetInThoughStrangersHoldEveryPlace() throws Exception {
        List<SocketChannel> intruders = new ArrayList<>();
        try {
            for (int i = 0; i < ConnectionAuthenticator.MOST_PENDING + 6; i++) {
                SocketChannel intruder = dial();
                intruders.add(intruder);
                send(intruder, new byte[] {'V'});
            }
            stillServes();
            stillServes();
            // The ones that came first had to make room.
            assertThat(receiveToEnd(intruders.get(0))).isEmpty();
            assertThat(receiveToEnd(intruders.get(5))).isEmpty();
        } finally {
            for (SocketChannel intruder : intruders) {
                intruder.close();
            }
        }
    }

    @Test
    void closingTheServerDropsStrangers() throws Exception {
        try (SocketChannel intruder = dial()) {
            send(intruder, new byte[] {'V'});
            stillServes();
            listener.close();
            assertThat(receiveToEnd(intruder)).isEmpty();
        }
        assertThat(refused(ENDPOINT).status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
    }

    // ---- at the client

    /** Serves by hand on the listener's socket, in place of the server, until the action is over. */
    private void impersonating(Consumer<SocketChannel> impostor, Action action) throws Exception {
        Path aside = socket().resolveSibling("aside");
        Files.move(socket(), aside);
        try (var trap = UnixSockets.listenToAnyone(
                ShmTransport.sockets(), ENDPOINT.name(), () -> {}, channel -> inThread(impostor, channel))) {
            assertThat(trap.path()).isEqualTo(socket().toRealPath());
            action.run();
        } finally {
            Files.move(aside, socket());
        }
    }

    private static void inThread(Consumer<SocketChannel> impostor, SocketChannel channel) {
        Thread thread = new Thread(
                () -> {
                    try (channel) {
                        channel.configureBlocking(true);
                        impostor.accept(channel);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                "impostor");
        thread.setDaemon(true);
        thread.start();
    }

    private interface Action {
        void run() throws Exception;
    }

    private interface Exchange {
        void with(SocketChannel client) throws IOException;
    }

    private static Consumer<SocketChannel> doing(Exchange exchange) {
        return client -> {
            try {
                exchange.with(client);
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        };
    }

    @Test
    void processThatTakesTheSocketLearnsNoProof() throws Exception {
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
        impersonating(
                doing(client -> {
                    byte[] hello = receive(client, HELLO_BYTES);
                    byte[] challenge = Arrays.copyOf("VALISE\1\0".getBytes(ISO_8859_1), 72);
                    send(client, challenge);
                    heard.add(hello);
                    heard.add(receiveToEnd(client));
                }),
                () -> assertThat(refused(ENDPOINT).status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED));
        assertThat(heard.take()).hasSize(HELLO_BYTES);
        assertThat(heard.take()).isEmpty();
        stillServes();
    }

    @Test
    void serverWithoutAKeyIsNotConnectedTo() throws Exception {
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
        Path aside = key(ENDPOINT.name()).resolveSibling(".aside");
        Files.move(key(ENDPOINT.name()), aside);
        impersonating(
                doing(client -> heard.add(receiveToEnd(client))),
                () -> assertThat(refused(ENDPOINT).status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND));
        assertThat(heard).isEmpty();
        Files.move(aside, key(ENDPOINT.name()));
        stillServes();
    }

    /** A relay carries proofs that fit: a socket has no addresses. What it changes of the offer is found out. */
    @ParameterizedTest
    @ValueSource(ints = {10, 11, 20, 40, -1})
    void relayCannotChangeTheOffer(int offset) throws Exception {
        AtomicInteger mapped = new AtomicInteger();
        Transport watched = new UnvouchedShm(new Removal(mapped));
        impersonating(doing(client -> relay(client, offset)), () -> {
            IpcException e = catchThrowableOfType(IpcException.class, () -> watched.connect(ENDPOINT, TIMEOUT));
            assertThat(e.status()).as(e.getMessage()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
        });
        assertThat(mapped)
                .as("segments that the client has mapped and given back")
                .hasValue(0);
        assertThat(accepted).isEmpty();
        stillServes();
    }

    private static void relay(SocketChannel client, int offset) throws IOException {
        try (SocketChannel server = dial("aside")) {
            send(server, receive(client, HELLO_BYTES));
            send(client, receive(server, Handshake.LONGEST_MESSAGE));
            send(server, receive(client, 32));
            send(client, receive(server, 1));
            send(server, receive(client, NegotiationMessages.HELLO_BYTES));
            ByteBuffer offer = ByteBuffer.allocate(8192);
            while (!isWhole(offer)) {
                server.read(offer);
            }
            int at = offset < 0 ? offer.position() - 1 : offset;
            offer.put(at, (byte) (offer.get(at) ^ 1));
            client.write(offer.flip());
            receiveToEnd(client);
        }
    }

    private static boolean isWhole(ByteBuffer sofar) {
        ByteBuffer offer = sofar.duplicate().flip();
        return NegotiationMessages.readOffer(offer) != null && offer.remaining() == Handshake.SEAL_BYTES;
    }

    @Test
    void keyThatOthersCouldReadIsNotUsed() throws Exception {
        Files.setPosixFilePermissions(key(ENDPOINT.name()), PosixFilePermissions.fromString("rw-r--r--"));
        IpcException e = refused(ENDPOINT);
        assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED);
        assertThat(e).hasMessageContaining(key(ENDPOINT.name()).toString()).hasMessageContaining("mode=0644");
        Files.setPosixFilePermissions(key(ENDPOINT.name()), PosixFilePermissions.fromString("rw-------"));
        stillServes();
    }

    @Test
    void damagedKeyIsNamed() throws Exception {
        Files.writeString(key(ENDPOINT.name()), "valise-shm 2\n");
        IpcException e = refused(ENDPOINT);
        assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(e).hasMessageContaining(key(ENDPOINT.name()).toString()).hasMessageContaining("restart the server");
    }

    // ---- files

    /** Windows' rule, kept by hand: a file that is mapped cannot be removed. */
    private record Removal(AtomicInteger tries) implements SegmentRemoval {
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

    @Test
    void fileOfASegmentGoesWithTheLastEndThatUnmapsIt() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Transport windows = new UnvouchedShm(new Removal(tries));
        Endpoint endpoint = new Endpoint("shm", "mapped");
        try (Transport.Listener mapped = windows.listen(endpoint, accepted::add)) {
            assertThat(mapped.endpoint()).isEqualTo(endpoint);
            for (boolean clientFirst : List.of(true, false)) {
                Link client = windows.connect(endpoint, TIMEOUT);
                Link server = accepted.take();
                assertThat(segmentFiles()).hasSize(1);
                (clientFirst ? client : server).close();
                assertThat(segmentFiles()).hasSize(1);
                (clientFirst ? server : client).close();
                awaitNoSegments();
            }
            while (tries.get() < 4) {
                Thread.onSpinWait();
            }
            assertThat(tries).hasValue(4);
        }
    }

    @Test
    void whatKilledServersLeftIsSweptByTheNextAndTheLivingKeepTheirs() throws Exception {
        SegmentDirectory segments = SegmentDirectory.current(ShmTransport.sockets());
        Path segment = Files.createFile(segments.fresh("dead"));
        Path key = Files.createFile(key("dead"));
        Path draft = Files.createFile(ShmTransport.sockets().resolve(".draft-1"));
        try (Transport.Listener next = transport.listen(new Endpoint("shm", "next"), accepted::add)) {
            assertThat(next.endpoint().name()).isEqualTo("next");
            assertThat(List.of(segment, key, draft))
                    .allSatisfy(left -> assertThat(left).doesNotExist());
            assertThat(key("next")).exists();
            stillServes();
        }
        assertThat(key("next")).doesNotExist();
    }

    @Test
    void secondServerOfANameLeavesTheKeyOfTheFirst() throws Exception {
        String key = Files.readString(key(ENDPOINT.name()));
        IpcException e = catchThrowableOfType(IpcException.class, () -> transport.listen(ENDPOINT, accepted::add));
        assertThat(e.status()).isEqualTo(IpcStatus.ADDRESS_IN_USE);
        assertThat(key(ENDPOINT.name())).hasContent(key);
        stillServes();
    }
}
