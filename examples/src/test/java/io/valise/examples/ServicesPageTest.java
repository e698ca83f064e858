package io.valise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/services.md shows in Java is in an example that the build compiles and a test runs. */
class ServicesPageTest {
    private static final Pattern SNIPPET = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void everySnippetIsInAnExample() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        List<String> snippets = SNIPPET.matcher(Files.readString(root.resolve("docs/services.md")))
                .results()
                .map(MatchResult::group)
                .map(block -> squeezed(block.replaceAll("```(java)?", "")))
                .toList();
        String examples;
        try (Stream<Path> files = Files.walk(root.resolve("examples/src/main/java"))) {
            examples = files.filter(Files::isRegularFile)
                    .map(ServicesPageTest::squeezed)
                    .collect(Collectors.joining());
        }
        assertThat(snippets)
                .hasSizeGreaterThan(5)
                .allSatisfy(snippet -> assertThat(examples).contains(snippet));
    }

    private static String squeezed(Path file) {
        try {
            return squeezed(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String squeezed(String text) {
        return text.replaceAll("\\s+", "");
    }
}
