package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.valise.ipc.identity.OwnConfiguration;
import io.valise.ipc.internal.codec.ValueSetCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The seeds of the fuzz targets, and what they have found so far, replayed in every build. */
@ExtendWith(OwnConfiguration.class)
class CorpusReplayTest {
    private static final Path RESOURCES = Path.of("src/test/resources/io/valise/ipc/internal");

    private static void replay(String corpus, Consumer<byte[]> target) throws IOException {
        try (Stream<Path> files = Files.list(RESOURCES.resolve(corpus))) {
            List<Path> inputs = files.toList();
            assertThat(inputs).isNotEmpty();
            for (Path input : inputs) {
                byte[] bytes = Files.readAllBytes(input);
                assertThatCode(() -> target.accept(bytes)).as(input.toString()).doesNotThrowAnyException();
            }
        }
    }

    @Test
    void frames() throws IOException {
        replay("session/FramesFuzzInputs/frames", FramesFuzz::read);
    }

    @Test
    void greetings() throws IOException {
        replay("session/GreetingFuzzInputs/greeting", GreetingFuzz::read);
    }

    @Test
    void valueSets() throws IOException {
        replay("codec/ValueSetFuzzInputs/valueSet", ValueSetCorpus::read);
    }
}
