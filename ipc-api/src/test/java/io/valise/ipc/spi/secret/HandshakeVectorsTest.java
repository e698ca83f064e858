package io.valise.ipc.spi.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published vectors of docs/protocol.md are what both ends say, and what both understand. */
class HandshakeVectorsTest {
    private final Properties vectors = new Properties();

    @BeforeEach
    void load() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("/vectors/handshake.properties")) {
            vectors.load(Objects.requireNonNull(in));
        }
    }

    @ParameterizedTest(name = "context{0}")
    @ValueSource(strings = {"", "6"})
    void bothEndsSayWhatTheVectorsSay(String six) {
        Handshake client = client(six);
        Handshake server = server(six);
        ByteBuffer hello = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        client.begin(hello::put);

        assertThat(hex(hello)).isEqualTo(vectors.getProperty("hello"));
        assertThat(answer(server, "hello", false)).isEqualTo(vectors.getProperty("challenge" + six));
        assertThat(answer(client, "challenge" + six, false)).isEqualTo(vectors.getProperty("proof" + six));
        assertThat(answer(server, "proof" + six, true)).isEqualTo(vectors.getProperty("verdict"));
        assertThat(answer(client, "verdict", true)).isEmpty();
    }

    @Test
    void theSealIsThatOfTheVectors() {
        Handshake client = client("");
        Handshake server = server("");
        answer(server, "hello", false);
        answer(client, "challenge", false);
        answer(server, "proof", true);
        answer(client, "verdict", true);
        assertThat(server.seal(ByteBuffer.wrap(bytes("message")))).isEqualTo(bytes("seal"));
        assertThatCode(() -> client.checkSeal(ByteBuffer.wrap(bytes("message")), bytes("seal")))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrongProof", "proof6"})
    void serverRefusesAWrongProof(String proof) {
        Handshake server = server("");
        answer(server, "hello", false);
        assertThat(refusal(server, proof, IpcStatus.AUTHENTICATION_FAILED)).isEqualTo(vectors.getProperty("refusal"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrongChallenge", "challenge6"})
    void clientSaysNothingToAWrongProof(String challenge) {
        assertThat(refusal(client(""), challenge, IpcStatus.AUTHENTICATION_FAILED))
                .isEmpty();
    }

    @Test
    void bothEndsTellAnotherVersion() {
        assertThat(refusal(server(""), "otherVersion", IpcStatus.VERSION_MISMATCH))
                .isEqualTo(vectors.getProperty("versions"));
        assertThat(refusal(client(""), "versions", IpcStatus.VERSION_MISMATCH)).isEmpty();
    }

    private Handshake client(String six) {
        return new ClientHandshake(proofs(six), bytes("clientNonce"), false);
    }

    private Handshake server(String six) {
        return new ServerHandshake(proofs(six), bytes("serverNonce"));
    }

    private Proofs proofs(String six) {
        return new Proofs(Secret.of(bytes("secret")), vectors.getProperty("context" + six));
    }

    /** What an end says to a message that it refuses with that status. */
    private String refusal(Handshake to, String message, IpcStatus status) {
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        assertThatThrownBy(() -> to.advance(ByteBuffer.wrap(bytes(message)), out::put))
                .isInstanceOfSatisfying(
                        IpcException.class,
                        refused -> assertThat(refused.status()).isEqualTo(status));
        return hex(out);
    }

    private String answer(Handshake to, String message, boolean complete) {
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        assertThat(to.advance(ByteBuffer.wrap(bytes(message)), out::put))
                .as(message)
                .isEqualTo(complete);
        return hex(out);
    }

    private byte[] bytes(String key) {
        return HexFormat.of().parseHex(vectors.getProperty(key));
    }

    private static String hex(ByteBuffer written) {
        byte[] copy = new byte[written.flip().remaining()];
        written.get(copy);
        return HexFormat.of().formatHex(copy);
    }
}
