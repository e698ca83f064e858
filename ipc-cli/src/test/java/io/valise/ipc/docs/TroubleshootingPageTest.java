package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/troubleshooting.md says of each status: none is left out, and the messages are those of the sources. */
class TroubleshootingPageTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\|.*\\|.*\\|");
    private static final Pattern BETWEEN_LITERALS = Pattern.compile("\"\\s*\\+\\s*\"");

    @Test
    void everyFailureHasItsSection() throws IOException {
        List<String> sections = lines().filter(line -> line.startsWith("## "))
                .map(line -> line.substring("## ".length()))
                .toList();
        assertThat(sections)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(IpcStatus.values())
                        .filter(status -> status != IpcStatus.OK)
                        .map(IpcStatus::name)
                        .toList());
    }

    @Test
    void everyMessageIsSaidBySomeSource() throws IOException {
        String sources = sources();
        List<String> messages = lines().map(ROW::matcher)
                .filter(row -> row.matches())
                .map(row -> row.group(1))
                .filter(message -> !message.equals(message.toUpperCase(Locale.ROOT)))
                .toList();
        assertThat(messages)
                .hasSizeGreaterThan(30)
                .allSatisfy(message -> assertThat(sources).contains(message));
    }

    private static Stream<String> lines() throws IOException {
        return Files.readAllLines(ROOT.resolve("docs/troubleshooting.md")).stream();
    }

    /** The text of all main sources, with literals that are written in several parts put together. */
    private static String sources() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            return modules.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .map(TroubleshootingPageTest::text)
                    .collect(Collectors.joining());
        }
    }

    private static String text(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(TroubleshootingPageTest::read)
                    .map(text -> BETWEEN_LITERALS.matcher(text).replaceAll(""))
                    .collect(Collectors.joining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
