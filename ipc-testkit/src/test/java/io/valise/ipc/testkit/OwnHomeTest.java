package io.valise.ipc.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OwnHomeTest {
    private static Path path;
    private static ForkedJvm writer;

    @RegisterExtension
    final OwnHome own = new OwnHome();

    @AfterAll
    static void itIsGoneOnceTheProcessHasEnded() {
        assertThat(writer.isAlive()).isFalse();
        assertThat(path).doesNotExist();
        assertThat(System.getProperty(TestHome.PROPERTY))
                .isEqualTo(TestHome.path().toString());
        writer.close();
    }

    /** A process that goes on writing there after the test has ended. */
    @Test
    void isWhatThePropertiesNameAndIsDeletedWhenTheProcessesOfTheTestHaveEnded() throws Exception {
        path = own.path();
        assertThat(System.getProperty(TestHome.PROPERTY))
                .isEqualTo(own.runtime().toString());
        assertThat(System.getProperty(TestHome.CONFIGURATION_PROPERTY))
                .isEqualTo(own.configuration().toString());
        writer = ForkedJvm.start(List.of(), Writer.class);
        assertThat(writer.ask("write", path)).isEqualTo("writing");
    }

    /** The program that is forked. */
    static final class Writer {
        private static final int FILES = 2000;

        private Writer() {}

        /** Writes files where it is told, and ends. */
        public static void main(String[] arguments) {
            CommandLoop.run((command, words) -> {
                Path folder = Path.of(words.get(0));
                new Thread(() -> write(folder)).start();
                return "writing";
            });
        }

        private static void write(Path folder) {
            try {
                for (int i = 0; i < FILES; i++) {
                    Files.createFile(
                            Files.createDirectories(folder.resolve("run/" + i)).resolve("file"));
                }
                System.exit(0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
