package io.valise.ipc.sharedmem;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity.Evidence;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.secret.ConnectionAuthenticator;
import io.valise.ipc.spi.secret.Handshake;
import io.valise.ipc.spi.secret.Secret;
import io.valise.ipc.testkit.rule.LogLines;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a process can do to a server once it has passed the protection of the directory, where the kernel does not tell
 * who the peer is. H01 in {@link SecretShmConformanceTest} tries other users.
 */
class SecretShmAttacksTest extends SecretShmFixture {
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
    void foreignProtocolGetsNoAnswer(String bytes) throws Exception {
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
    void helloOfSystemsWithAuthenticationByTheKernelIsRefused() throws Exception {
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
                assertThat(brokenPipe).hasMessageContaining("roken pipe"); // It had read enough.
            }
        }
        assertThat(accepted).isEmpty();
        stillServes();
    }

    @Test
    void peerThatDoesNotKnowTheSecretIsRefusedWithAStatus() throws Exception {
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
    void secretOfAnEarlierStartIsRefused() throws Exception {
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
    void silentAndSlowPeersAreClosedAfterTheTimeLimit() throws Exception {
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
    void clientsConnectWhileUnauthenticatedPeersTakeUpAllPlaces() throws Exception {
        List<SocketChannel> intruders = new ArrayList<>();
        try {
            for (int i = 0; i < ConnectionAuthenticator.MOST_PENDING + 6; i++) {
                SocketChannel intruder = dial();
                intruders.add(intruder);
                send(intruder, new byte[] {'V'});
            }
            stillServes();
            stillServes();
            // The first ones were closed to make room.
            assertThat(receiveToEnd(intruders.get(0))).isEmpty();
            assertThat(receiveToEnd(intruders.get(5))).isEmpty();
        } finally {
            for (SocketChannel intruder : intruders) {
                intruder.close();
            }
        }
    }

    @Test
    void closingTheServerClosesUnauthenticatedConnections() throws Exception {
        try (SocketChannel intruder = dial()) {
            send(intruder, new byte[] {'V'});
            stillServes();
            listener.close();
            assertThat(receiveToEnd(intruder)).isEmpty();
        }
        assertThat(refused(ENDPOINT).status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
    }
}
