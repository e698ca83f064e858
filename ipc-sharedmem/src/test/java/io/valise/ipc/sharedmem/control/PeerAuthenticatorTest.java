package io.valise.ipc.sharedmem.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.Listening;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testlog.Logs;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a control channel that is not taken over, and what a client is told that finds no usable key. */
@ExtendWith(HangWatchdog.class)
class PeerAuthenticatorTest {
    private static final Endpoint ENDPOINT = new Endpoint("shm", "authenticated");

    private Path sockets;

    @BeforeEach
    void createFolder() {
        TestHome.path();
        sockets = RuntimeDirectory.current().folder("authenticated");
    }

    private static long deadline() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    }

    private Path key() {
        return sockets.resolve(".key-" + ENDPOINT.name());
    }

    private static Stream<PeerAuthenticator> authenticators() {
        return Stream.of(PeerAuthenticator.ofThisSystem(), new SecretAuthenticator());
    }

    /** Tells of the end of a channel, and closes it. */
    private record End(ControlChannel control, CountDownLatch seen) implements ControlChannel.Reader {
        @Override
        public void onBytes(ByteBuffer bytes) {
            throw new AssertionError("nothing was sent");
        }

        @Override
        public void onEnd() {
            control.close();
            seen.countDown();
        }
    }

    @ParameterizedTest
    @MethodSource("authenticators")
    @Logs("no taker")
    void channelThatIsNotTakenOverIsClosed(PeerAuthenticator authenticator) throws InterruptedException {
        PeerAuthenticator.Door door = RuntimeDirectory.current()
                .locked(
                        sockets,
                        () -> authenticator.open(ENDPOINT, sockets, client -> {
                            throw new IllegalStateException("no taker");
                        }));
        try (door) {
            AuthenticatedChannel server = authenticator.connect(ENDPOINT, sockets, deadline());
            CountDownLatch ended = new CountDownLatch(1);
            server.control().readBy(new End(server.control(), ended));
            ended.await();
        }
        assertThat(UnixSockets.names(sockets)).isEmpty();
    }

    private IpcException refused() {
        return catchThrowableOfType(
                IpcException.class, () -> new SecretAuthenticator().connect(ENDPOINT, sockets, deadline()));
    }

    @Test
    void damagedKeyOfAServerThatIsGoneMeansThatThereIsNone() {
        PrivateFile.write(key(), "valise-shm 2\n");
        IpcException e = refused();
        assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
        assertThat(e).hasMessageContaining("start it first").cause().hasMessageContaining("valise-shm 2");
        PrivateFile.remove(key());
    }

    @Test
    void keyThatOthersCouldReadOfAServerThatIsGoneMeansThatThereIsNone() throws Exception {
        PrivateFile.write(key(), "valise-shm 1\n");
        Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r--r--"));
        IpcException e = refused();
        assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
        assertThat(e).hasMessageContaining("start it first").cause().hasMessageContaining("mode=0644");
        PrivateFile.remove(key());
    }

    @Test
    void serverWhoseKeyIsMissingIsNamed() {
        try (Listening listening = UnixSockets.listenToAnyone(sockets, ENDPOINT.name(), () -> {}, UnixSockets::close)) {
            assertThat(listening.path()).exists();
            IpcException e = refused();
            assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
            assertThat(e).hasMessageContaining("has no key at " + key());
        }
    }

    @Test
    void channelOfWhichNothingCouldBeMadeIsClosed() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (Listening listening = UnixSockets.listenToAnyone(sockets, ENDPOINT.name(), () -> {}, socket -> {
            ControlChannel control = new ControlChannel(socket);
            control.readBy(new End(control, ended));
        })) {
            assertThat(listening.path()).exists();
            assertThatThrownBy(() -> ControlChannel.taking(
                            UnixSockets.connectToAnyone(sockets, ENDPOINT.name(), TimeUnit.SECONDS.toNanos(30)),
                            control -> {
                                throw new IllegalStateException("no use");
                            }))
                    .hasMessage("no use");
            ended.await();
        }
    }
}
