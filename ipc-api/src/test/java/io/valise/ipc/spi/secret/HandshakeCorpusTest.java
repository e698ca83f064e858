package io.valise.ipc.spi.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The seeds of the fuzz target, and what it has found so far, replayed in every build. */
class HandshakeCorpusTest {
    @Test
    void handshakes() throws IOException {
        Path corpus = Path.of("src/test/resources/io/valise/ipc/spi/secret/HandshakeFuzzInputs/handshake");
        try (Stream<Path> files = Files.list(corpus)) {
            List<Path> inputs = files.toList();
            assertThat(inputs).isNotEmpty();
            for (Path input : inputs) {
                byte[] bytes = Files.readAllBytes(input);
                assertThatCode(() -> HandshakeFuzz.read(bytes))
                        .as(input.toString())
                        .doesNotThrowAnyException();
            }
        }
    }
}
