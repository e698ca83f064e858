package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.testlog.Logs;
import io.valise.ipc.testlog.MayLog;
import io.valise.ipc.testlog.OpenDescriptors;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class UnixSocketsTest {
    private static final long SECONDS_5 = TimeUnit.SECONDS.toNanos(5);

    @TempDir
    Path temp;

    private final BlockingQueue<SocketChannel> accepted = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Path folder;

    @BeforeEach
    void makeFolder() {
        folder = PrivateDirectory.secure(temp.resolve("sockets"));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
        for (SocketChannel channel : accepted) {
            channel.close();
        }
    }

    private Listening listen(String name) {
        Listening listening = UnixSockets.listen(folder, name, accepted::add);
        open.add(listening);
        return listening;
    }

    private SocketChannel connect(String name) {
        SocketChannel channel = UnixSockets.connect(folder, name, SECONDS_5);
        open.add(channel);
        return channel;
    }

    private SocketChannel accepted() throws InterruptedException {
        SocketChannel channel = accepted.poll(10, TimeUnit.SECONDS);
        assertThat(channel).isNotNull();
        open.add(channel);
        return channel;
    }

    @Test
    void bytesPassBothWaysOnNonBlockingChannels() throws Exception {
        listen("quotes");
        SocketChannel client = connect("quotes");
        SocketChannel server = accepted();
        assertThat(client.isBlocking()).isFalse();
        assertThat(server.isBlocking()).isFalse();
        assertThat(client.write(ByteBuffer.wrap(new byte[] {7}))).isOne();
        ByteBuffer got = ByteBuffer.allocate(2);
        assertThat(server.read(got)).isOne();
        assertThat(got.get(0)).isEqualTo((byte) 7);
    }

    @Test
    void kernelAuthenticatesBothEnds() throws Exception {
        listen("quotes");
        PeerIdentity server = UnixSockets.identity(connect("quotes"));
        PeerIdentity client = UnixSockets.identity(accepted());
        assertThat(server.evidence()).isEqualTo(PeerIdentity.Evidence.KERNEL);
        assertThat(server.sameUser()).isTrue();
        assertThat(server.user()).contains(System.getProperty("user.name"));
        assertThat(server.pid()).isEmpty();
        assertThat(client).isEqualTo(server);
    }

    @Test
    void theSocketFileIsTheOwnersOnlyAndGoneAfterClose() throws IOException {
        Listening listening = listen("quotes");
        assertThat(listening.path()).isEqualTo(folder.toRealPath().resolve("quotes"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(listening.path())))
                .isEqualTo("rw-------");
        listening.close();
        listening.close();
        assertThat(listening.path()).doesNotExist();
        assertStatus(() -> connect("quotes"), IpcStatus.ENDPOINT_NOT_FOUND, "quotes");
        listen("quotes");
    }

    @Test
    void aLiveNameIsInUseAndItsServerUnharmed() throws Exception {
        listen("quotes");
        assertStatus(() -> listen("quotes"), IpcStatus.ADDRESS_IN_USE, "a server listens at", "stop it");
        assertThat(UnixSockets.names(folder)).containsExactly("quotes");
        connect("quotes").write(ByteBuffer.wrap(new byte[] {9}));
        ByteBuffer got = ByteBuffer.allocate(1);
        assertThat(accepted().read(got))
                .as("the first connection the server hears of")
                .isOne();
        assertThat(UnixSockets.names(folder)).containsExactly("quotes");
        assertThat(accepted).isEmpty();
    }

    @Test
    void whatAKilledProbeLeftIsSwept() throws IOException {
        leaveStale(folder.resolve(".probe-1234"));
        assertThat(UnixSockets.names(folder)).isEmpty();
        listen("quotes");
        assertThat(folder.resolve(".probe-1234")).doesNotExist();
    }

    @Test
    void wherePathsAreNearlyTooLongProbesStillGoUnheard() throws Exception {
        int missing = 103 - "/quotes".length() - folder.toRealPath().toString().length() - 1;
        folder = PrivateDirectory.secure(folder.resolve("d".repeat(missing)));
        listen("quotes");
        assertThat(UnixSockets.names(folder)).containsExactly("quotes");
        connect("quotes").write(ByteBuffer.wrap(new byte[] {9}));
        assertThat(accepted().read(ByteBuffer.allocate(1))).isOne();
    }

    @Test
    void staleSocketsAreReclaimedThisOneAndOthers() throws IOException {
        leaveStale(folder.resolve("quotes"));
        leaveStale(folder.resolve("other"));
        assertStatus(() -> connect("quotes"), IpcStatus.ENDPOINT_NOT_FOUND, "start it first");
        assertThat(UnixSockets.names(folder)).isEmpty();
        listen("quotes");
        assertThat(folder.resolve("other")).doesNotExist();
        assertThat(UnixSockets.names(folder)).containsExactly("quotes");
    }

    @Test
    void whatIsNoSocketIsLeftAloneAndNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("quotes"), "precious");
        assertStatus(() -> listen("quotes"), IpcStatus.ADDRESS_IN_USE, "not a socket", "remove it");
        assertStatus(() -> connect("quotes"), IpcStatus.ENDPOINT_NOT_FOUND, "quotes");
        assertThat(file).hasContent("precious");
    }

    @Test
    void closingLeavesAnothersSocketAlone() throws IOException {
        Listening first = listen("quotes");
        Files.delete(first.path());
        Listening second = listen("quotes");
        first.close();
        assertThat(second.path()).exists();
        assertThat(connect("quotes").isOpen()).isTrue();
    }

    @Test
    void aNameTooLongForAnAddressIsServedAndListedAllTheSame() throws Exception {
        folder = PrivateDirectory.secure(folder.resolve("d".repeat(100)));
        Listening listening = listen("quotes");
        assertThat(listening.path().toString().length()).isLessThanOrEqualTo(103);
        connect("quotes");
        accepted();
        assertThat(UnixSockets.names(folder)).containsExactly("quotes");
        assertStatus(() -> listen("quotes"), IpcStatus.ADDRESS_IN_USE, "a server listens at");
        listening.close();
        assertThat(listening.path()).doesNotExist();
        assertThat(folder.resolve(".at-quotes")).doesNotExist();
        assertThat(UnixSockets.names(folder)).isEmpty();
    }

    @Test
    void aStaleHashedNameIsSweptWithItsMarker() throws IOException {
        folder = PrivateDirectory.secure(folder.resolve("d".repeat(100)));
        SocketPlace place = SocketPlace.of(folder, "gone");
        place.mark();
        leaveStale(place.path());
        listen("quotes");
        assertThat(place.path()).doesNotExist();
        assertThat(UnixSockets.names(folder)).containsExactly("quotes");
    }

    @Test
    void aNameCannotLeaveTheFolder() {
        for (String name : List.of("..", ".lock", "a/b", "", "a\0b")) {
            assertThatThrownBy(() -> listen(name)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> connect(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    @Logs("dropped a connection at")
    void anAcceptorThatThrowsCostsOnlyThatConnection() throws Exception {
        BlockingQueue<SocketChannel> calls = new LinkedBlockingQueue<>();
        open.add(UnixSockets.listen(folder, "moody", channel -> {
            calls.add(channel);
            throw new IllegalStateException("on purpose");
        }));
        for (int i = 0; i < 3; i++) {
            SocketChannel client = connect("moody");
            client.configureBlocking(true);
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        assertThat(calls).hasSize(3);
    }

    @Test
    void aFullQueueTimesOutAndAnInterruptEndsTheWait() throws IOException {
        try (ServerSocketChannel deaf = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            deaf.bind(UnixDomainSocketAddress.of(folder.resolve("deaf")), 1);
            IpcException full = null;
            for (int i = 0; i < 10 && full == null; i++) {
                full = tryConnect("deaf");
            }
            assertThat(full).isNotNull();
            assertThat(full.status()).isEqualTo(IpcStatus.TIMEOUT);
            assertThat(full.delivery()).isEqualTo(Delivery.NOT_SENT);
            assertThat(UnixSockets.names(folder)).containsExactly("deaf");
            Thread.currentThread().interrupt();
            assertStatus(() -> connect("deaf"), IpcStatus.CANCELLED, "interrupted");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private IpcException tryConnect(String name) {
        try {
            open.add(UnixSockets.connect(folder, name, TimeUnit.MILLISECONDS.toNanos(20)));
            return null;
        } catch (IpcException e) {
            return e;
        }
    }

    @Test
    void anInterruptedThreadConnectsAndStaysInterrupted() throws Exception {
        listen("quotes");
        Thread.currentThread().interrupt();
        SocketChannel client = connect("quotes");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(client.write(ByteBuffer.wrap(new byte[] {1}))).isOne();
        assertThat(accepted().isOpen()).isTrue();
    }

    @Test
    void ofTwoProcessesThatRaceForOneStaleNameExactlyOneWins() throws IOException {
        try (ForkedJvm one = ForkedJvm.start(RacingServer.class, folder.toString());
                ForkedJvm two = ForkedJvm.start(RacingServer.class, folder.toString())) {
            for (int round = 0; round < 100; round++) {
                Path name = folder.resolve("round" + round);
                leaveStale(name);
                one.tell(name.getFileName().toString());
                two.tell(name.getFileName().toString());
                assertThat(List.of(one.answer(), two.answer()))
                        .as("round %d", round)
                        .containsExactlyInAnyOrder("won", "ADDRESS_IN_USE");
                assertThat(UnixSockets.names(folder)).contains("round" + round);
            }
        }
        assertThat(UnixSockets.names(folder)).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void manyConnectionsLeakNoDescriptors() throws Exception {
        listen("quotes");
        OpenDescriptors before = OpenDescriptors.now();
        for (int i = 0; i < 1000; i++) {
            UnixSockets.connect(folder, "quotes", SECONDS_5).close();
            SocketChannel server = accepted.poll(10, TimeUnit.SECONDS);
            assertThat(server).isNotNull();
            server.close();
        }
        before.awaitNoMore();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void outOfDescriptorsTheServerRecoversWithoutABusyLoop() throws IOException {
        List<String> limited = List.of("sh", "-c", "ulimit -n 64; exec \"$0\" \"$@\"");
        try (ForkedJvm server = ForkedJvm.start(limited, Map.of(), StarvingServer.class, folder.toString())) {
            assertThat(server.answer()).isEqualTo("serving at starving");
            for (int i = 0; i < 80; i++) {
                connect("starving");
            }
            server.tell("starve");
            String report = server.answer();
            assumeTrue(!report.startsWith("unlimited"), report);
            assertThat(report).isEqualTo("calm");
            server.tell("recover");
            assertThat(server.answer()).isEqualTo("all 80");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @MayLog("which is not this user")
    void anotherUsersServerAndClientAreRefused() throws IOException {
        assumeTrue(ProcessUser.uid() == 0, "only root can start a process of another user");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv here");
        List<String> otherUser = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        openToAllUsers(listen("mine").path());
        Map<String, String> home = Map.of("VALISE_HOME", "/tmp/valise-test-other-" + System.nanoTime());
        try (ForkedJvm intruder = ForkedJvm.start(otherUser, home, OtherUserProgram.class, folder.toString())) {
            String report = intruder.answer();
            assumeTrue(
                    !report.startsWith("Error: Could not find"), "the classes are not readable by others: " + report);
            assertThat(report).isEqualTo("mine: ended without a byte");
            assertThat(intruder.answer()).isEqualTo("mine: AUTHENTICATION_FAILED");
            assertThat(intruder.answer()).isEqualTo("bound");
            assertStatus(() -> connect("theirs"), IpcStatus.AUTHENTICATION_FAILED, "runs as nobody");
            assertThat(accepted).isEmpty();
            intruder.tell("end");
            assertThat(intruder.answer()).isEqualTo("removed");
        }
    }

    /** Opens the modes of folder and socket, so that only the check of the peer's user remains. */
    private void openToAllUsers(Path socket) throws IOException {
        for (Path path = socket; path.startsWith(temp); path = path.getParent()) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
    }

    private static void leaveStale(Path path) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();
    }

    private static void assertStatus(ThrowingCallable call, IpcStatus status, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(status))
                .hasMessageContainingAll(words);
    }
}
