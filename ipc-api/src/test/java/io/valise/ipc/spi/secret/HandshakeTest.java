package io.valise.ipc.spi.secret;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {
    private static final String CONTEXT = "loopback:quotes 127.0.0.1/4711>127.0.0.1/4712";
    private static final Secret SECRET = secret(1);

    private static Secret secret(int seed) {
        byte[] secret = new byte[Secret.BYTES];
        new SplittableRandom(seed).nextBytes(secret);
        return Secret.of(secret);
    }

    private static Handshake client() {
        return Handshake.client(SECRET, CONTEXT);
    }

    private static Handshake server() {
        return Handshake.server(SECRET, CONTEXT);
    }

    private static byte[] begin(Handshake client) {
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        client.begin(out::put);
        return bytes(out.flip());
    }

    /** The answer of the handshake to these bytes. */
    private static byte[] answer(Handshake to, byte[] in) {
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        to.advance(ByteBuffer.wrap(in), out::put);
        return bytes(out.flip());
    }

    private static boolean completes(Handshake handshake, byte[] in) {
        return handshake.advance(ByteBuffer.wrap(in), message -> {});
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static void refuses(IpcStatus status, Handshake handshake, byte[] in) {
        assertThatThrownBy(() -> answer(handshake, in)).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(status);
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
        });
        assertThatThrownBy(() -> answer(handshake, in)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void bothEndsThatKnowTheSecretAgree() {
        Handshake client = client();
        Handshake server = server();
        byte[] hello = begin(client);
        byte[] challenge = answer(server, hello);
        byte[] proof = answer(client, challenge);
        byte[] verdict = answer(server, proof);
        assertThat(hello).hasSize(40);
        assertThat(challenge).hasSize(72);
        assertThat(proof).hasSize(32);
        assertThat(verdict).containsExactly(0);
        assertThat(completes(client, verdict)).isTrue();
    }

    @Test
    void bytesMayComeOneByOneAndNoneBehindIsTaken() {
        Handshake client = client();
        Handshake server = server();
        ByteBuffer toServer = ByteBuffer.allocate(200);
        ByteBuffer toClient = ByteBuffer.allocate(200);
        client.begin(toServer::put);
        boolean serverDone = false;
        boolean clientDone = false;
        while (!serverDone || !clientDone) {
            serverDone |= step(server, toServer, toClient);
            clientDone |= step(client, toClient, toServer);
        }
        assertThat(toServer.position()).isZero();
        assertThat(toClient.position()).isZero();
        ByteBuffer frames = ByteBuffer.wrap(new byte[100]);
        assertThat(server.advance(frames, toClient::put)).isTrue();
        assertThat(frames.remaining()).isEqualTo(100);
    }

    private static boolean step(Handshake handshake, ByteBuffer from, ByteBuffer to) {
        from.flip();
        ByteBuffer one = from.slice().limit(Math.min(1, from.remaining()));
        boolean done = handshake.advance(one, to::put);
        from.position(from.position() + one.position());
        from.compact();
        return done;
    }

    @Test
    void framesBehindTheVerdictStay() {
        Handshake client = client();
        Handshake server = server();
        byte[] verdict = answer(server, answer(client, answer(server, begin(client))));
        ByteBuffer in = ByteBuffer.wrap(Arrays.copyOf(verdict, 11));
        assertThat(client.advance(in, ByteBuffer.allocate(0)::put)).isTrue();
        assertThat(in.remaining()).isEqualTo(10);
    }

    @Test
    void probeEndsWithTheServersProofAndGivesNoneItself() {
        Handshake probe = Handshake.probe(SECRET, CONTEXT);
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        assertThat(probe.advance(ByteBuffer.wrap(answer(server(), begin(probe))), out::put))
                .isTrue();
        assertThat(out.position()).isZero();
    }

    @Test
    void serverThatDoesNotKnowTheSecretIsFoundOutBeforeTheClientProvesAnything() {
        Handshake client = client();
        byte[] challenge = answer(Handshake.server(secret(2), CONTEXT), begin(client));
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        assertThatThrownBy(() -> client.advance(ByteBuffer.wrap(challenge), out::put))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED));
        assertThat(out.position()).isZero();
    }

    @Test
    void clientThatDoesNotKnowTheSecretIsRefusedAndTold() {
        Handshake server = server();
        answer(server, begin(client()));
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        assertThatThrownBy(() -> server.advance(ByteBuffer.wrap(new byte[32]), out::put))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED));
        Handshake client = client();
        answer(client, answer(server(), begin(client)));
        refuses(IpcStatus.AUTHENTICATION_FAILED, client, bytes(out.flip()));
    }

    @Test
    void recordedClientIsRefused() {
        Handshake client = client();
        byte[] hello = begin(client);
        byte[] proof = answer(client, answer(server(), hello));
        Handshake another = server();
        answer(another, hello);
        refuses(IpcStatus.AUTHENTICATION_FAILED, another, proof);
    }

    @Test
    void recordedServerIsRefused() {
        byte[] challenge = answer(server(), begin(client()));
        Handshake another = client();
        begin(another);
        refuses(IpcStatus.AUTHENTICATION_FAILED, another, challenge);
    }

    @Test
    void reflectionIsRefused() {
        Handshake client = client();
        refuses(IpcStatus.PROTOCOL_ERROR, client(), withStatus(begin(client), 9));
        // The server's own proof sent back to it as the client's.
        Handshake server = server();
        byte[] challenge = answer(server, begin(client()));
        refuses(IpcStatus.AUTHENTICATION_FAILED, server, Arrays.copyOfRange(challenge, 40, 72));
        // The client's own nonce sent back to it as the server's, with the proof of another server for it.
        byte[] hello = begin(client);
        byte[] reflected = Arrays.copyOf(hello, 72);
        System.arraycopy(answer(server(), hello), 40, reflected, 40, 32);
        refuses(IpcStatus.AUTHENTICATION_FAILED, client, reflected);
    }

    private static byte[] withStatus(byte[] message, int status) {
        message[7] = (byte) status;
        return message;
    }

    @Test
    void relayWithOtherAddressesCarriesProofsThatDoNotMatch() {
        Handshake client = client();
        Handshake server = Handshake.server(SECRET, CONTEXT.replace("4711", "4713"));
        refuses(IpcStatus.AUTHENTICATION_FAILED, client, answer(server, begin(client)));
    }

    @Test
    void truncatedHandshakeIsNeverComplete() {
        Handshake whole = client();
        byte[] hello = begin(whole);
        for (int length = 0; length < hello.length; length++) {
            assertThat(answer(server(), Arrays.copyOf(hello, length))).isEmpty();
        }
        byte[] challenge = answer(server(), hello);
        for (int length = 0; length < challenge.length; length++) {
            Handshake client = client();
            begin(client);
            assertThat(answer(client, Arrays.copyOf(challenge, length))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n", "VALID", "\0", "SSH-2.0-OpenSSH_9.9\r\n"})
    void foreignProtocolIsRefusedAtItsFirstForeignByte(String bytes) {
        refuses(IpcStatus.PROTOCOL_ERROR, server(), bytes.getBytes(US_ASCII));
        refuses(IpcStatus.PROTOCOL_ERROR, client(), bytes.getBytes(US_ASCII));
    }

    @Test
    void anotherVersionIsNamedByBothEnds() {
        Handshake server = server();
        byte[] hello = begin(client());
        hello[6] = 2;
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        assertThatThrownBy(() -> server.advance(ByteBuffer.wrap(hello), out::put))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.VERSION_MISMATCH))
                .hasMessageContaining("server has 1")
                .hasMessageContaining("client has 2");
        refuses(IpcStatus.VERSION_MISMATCH, client(), bytes(out.flip()));
    }

    @Test
    void refusalIsThrownThoughItCannotBeSent() {
        IllegalStateException unsent = new IllegalStateException("unsent");
        Handshake.Output broken = message -> {
            throw unsent;
        };
        Handshake version = server();
        byte[] hello = begin(client());
        hello[6] = 2;
        Handshake proof = server();
        answer(proof, begin(client()));
        assertThatThrownBy(() -> version.advance(ByteBuffer.wrap(hello), broken))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("handshake version")
                .hasSuppressedException(unsent);
        assertThatThrownBy(() -> proof.advance(ByteBuffer.wrap(new byte[32]), broken))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("does not know this server's secret")
                .hasSuppressedException(unsent);
    }

    @Test
    void handshakeHasEndedWhateverItsOutputThrew() {
        Handshake server = server();
        byte[] hello = begin(client());
        Error failure = new AssertionError("output");
        assertThatThrownBy(() -> server.advance(ByteBuffer.wrap(hello), message -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatThrownBy(() -> answer(server, new byte[32]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this handshake has failed");
    }

    @Test
    void noncesAreFreshAndTheSecretStaysHome() {
        Handshake client = client();
        Handshake server = server();
        byte[] hello = begin(client);
        byte[] challenge = answer(server, hello);
        byte[] proof = answer(client, challenge);
        String wire = hex(hello) + hex(challenge) + hex(proof);
        assertThat(wire).doesNotContain(SECRET.digits());
        assertThat(hex(begin(client()))).isNotEqualTo(hex(hello));
        assertThat(hex(answer(server(), hello))).isNotEqualTo(hex(challenge));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void proofsAreHmacSha256() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 100; i++) {
            Secret secret = secret(i);
            byte[] clientNonce = new byte[32];
            byte[] serverNonce = new byte[32];
            random.nextBytes(clientNonce);
            random.nextBytes(serverNonce);
            Mac oracle = Mac.getInstance("HmacSHA256");
            oracle.init(new SecretKeySpec(secret.padded(Secret.BYTES), "HmacSHA256"));
            oracle.update("valise 1 server".getBytes(US_ASCII));
            oracle.update(clientNonce);
            oracle.update(serverNonce);
            oracle.update(CONTEXT.getBytes(US_ASCII));
            assertThat(new Proofs(secret, CONTEXT).ofServer(clientNonce, serverNonce))
                    .isEqualTo(oracle.doFinal());
        }
    }

    @Test
    void everySingleFlippedBitIsRefused() {
        Proofs proofs = new Proofs(SECRET, CONTEXT);
        byte[] clientNonce = Proofs.nonce();
        byte[] serverNonce = Proofs.nonce();
        byte[] challenge = begin(new ClientHandshake(proofs, clientNonce, false));
        challenge = answer(new ServerHandshake(proofs, serverNonce), challenge);
        for (int bit = 0; bit < challenge.length * 8; bit++) {
            byte[] damaged = challenge.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Handshake client = new ClientHandshake(proofs, clientNonce, false);
            assertThatThrownBy(() -> completes(client, damaged)).isInstanceOf(IpcException.class);
        }
    }

    @Test
    void noBytesWhateverMakeItFailOtherwiseOrSucceed() {
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 50_000; i++) {
            Handshake handshake = i % 2 == 0 ? server() : client();
            byte[] garbage = i % 2 == 0 ? begin(client()) : answer(server(), begin(client()));
            garbage = Arrays.copyOf(garbage, garbage.length + random.nextInt(80));
            for (int n = random.nextInt(4); n >= 0; n--) {
                garbage[random.nextInt(garbage.length)] = (byte) random.nextInt();
            }
            ByteBuffer in = ByteBuffer.wrap(garbage).position(random.nextInt(3) == 0 ? random.nextInt(8) : 0);
            feed(handshake, in, random);
        }
    }

    /** In pieces of random length; a complete handshake would be a forgery. */
    private static void feed(Handshake handshake, ByteBuffer in, SplittableRandom random) {
        try {
            while (in.hasRemaining()) {
                int end = Math.min(in.limit(), in.position() + 1 + random.nextInt(40));
                ByteBuffer piece = in.duplicate().limit(end);
                assertThat(handshake.advance(piece, message -> {})).isFalse();
                in.position(piece.position());
            }
        } catch (IpcException e) {
            assertThat(e.status())
                    .isIn(IpcStatus.PROTOCOL_ERROR, IpcStatus.VERSION_MISMATCH, IpcStatus.AUTHENTICATION_FAILED);
        }
    }

    @Test
    void sealFitsOneMessageOfOneConnection() {
        Handshake client = client();
        Handshake server = server();
        byte[] offer = "offer".getBytes(US_ASCII);
        assertThatThrownBy(() -> server.seal(ByteBuffer.wrap(offer))).isInstanceOf(IllegalStateException.class);
        agree(client, server);
        byte[] seal = server.seal(ByteBuffer.wrap(offer));

        client.checkSeal(ByteBuffer.wrap(offer), seal);
        ByteBuffer another = ByteBuffer.wrap("Offer".getBytes(US_ASCII));
        doesNotFit(() -> client.checkSeal(another, seal));
        doesNotFit(() -> client.checkSeal(ByteBuffer.allocate(0), seal));
        doesNotFit(() -> client.checkSeal(ByteBuffer.wrap(offer), new byte[Handshake.SEAL_BYTES]));
        Handshake elsewhere = client();
        agree(elsewhere, server());
        doesNotFit(() -> elsewhere.checkSeal(ByteBuffer.wrap(offer), seal));
    }

    private static void agree(Handshake client, Handshake server) {
        assertThat(completes(client, answer(server, answer(client, answer(server, begin(client))))))
                .isTrue();
        assertThat(client.isComplete() && server.isComplete()).isTrue();
    }

    private static void doesNotFit(ThrowingCallable check) {
        assertThatThrownBy(check)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED))
                .hasMessageContaining("changed on its way");
    }

    @Test
    void secretOfAnotherLengthIsAMistake() {
        assertThatThrownBy(() -> Secret.of(new byte[31]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 32")
                .hasMessageContaining("actual=31");
    }
}
