package io.valise.ipc.spi.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The published vectors of docs/protocol.md are what both ends say, and what both understand. */
class HandshakeVectorsTest {
    private final Properties vectors = new Properties();

    @BeforeEach
    void load() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("/vectors/handshake.properties")) {
            vectors.load(Objects.requireNonNull(in));
        }
    }

    @Test
    void bothEndsSayWhatTheVectorsSay() {
        Proofs proofs = new Proofs(Secret.of(bytes("secret")), vectors.getProperty("context"));
        Handshake client = new ClientHandshake(proofs, bytes("clientNonce"), false);
        Handshake server = new ServerHandshake(proofs, bytes("serverNonce"));
        ByteBuffer hello = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        client.begin(hello::put);

        assertThat(hex(hello)).isEqualTo(vectors.getProperty("hello"));
        assertThat(answer(server, "hello", false)).isEqualTo(vectors.getProperty("challenge"));
        assertThat(answer(client, "challenge", false)).isEqualTo(vectors.getProperty("proof"));
        assertThat(answer(server, "proof", true)).isEqualTo(vectors.getProperty("verdict"));
        assertThat(answer(client, "verdict", true)).isEmpty();
        assertThat(server.seal(ByteBuffer.wrap(bytes("message")))).isEqualTo(bytes("seal"));
        assertThatCode(() -> client.checkSeal(ByteBuffer.wrap(bytes("message")), bytes("seal")))
                .doesNotThrowAnyException();
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
