package io.valise.ipc.sharedmem;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.spi.secret.Handshake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an impostor of the server can do to a client, where the kernel does not tell who the peer is. */
class SecretShmImpostorTest extends SecretShmFixture {
    /** Serves on the listener's socket, in place of the server, until the action is over. */
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
    void processThatTakesTheSocketGetsNoProof() throws Exception {
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
        Transport watched = new SecretShm(new Removal(mapped));
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
}
