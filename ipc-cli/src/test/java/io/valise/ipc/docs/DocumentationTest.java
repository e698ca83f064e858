package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the pages of the repository say about each other, and about its code, is so. */
class DocumentationTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern NOT_OURS = Pattern.compile("(.*/)?(target|\\..+)/.*");
    private static final Pattern TEST_CLASS = Pattern.compile("[A-Z][A-Za-z0-9]+(Test|Rules|Contract)");

    private static List<MarkdownPage> pages;
    private static List<Path> sources;

    @BeforeAll
    static void read() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            List<Path> ours = files.filter(Files::isRegularFile)
                    .filter(file -> !NOT_OURS.matcher(relative(file)).matches())
                    .toList();
            pages = ours.stream()
                    .filter(file -> file.toString().endsWith(".md"))
                    .map(MarkdownPage::read)
                    .toList();
            sources = ours.stream()
                    .filter(file -> file.toString().endsWith(".java"))
                    .toList();
        }
    }

    @Test
    void thereIsAReadmeAndItSaysHowToTest() {
        assertThat(readme().blocks("sh").get(0).text()).contains("./ipc demo", "mvn -B verify");
    }

    @Test
    void everyRelativeLinkLeadsToAFileAndAnAnchor() {
        assertThat(pages).flatExtracting(DocumentationTest::brokenLinks).isEmpty();
    }

    @Test
    void everyPageOfDocsIsListedInTheIndex() {
        MarkdownPage index = page("docs/index.md");
        assertThat(index.links())
                .containsAll(pages.stream()
                        .map(page -> relative(page.path()))
                        .filter(path -> path.startsWith("docs/") && !path.equals("docs/index.md"))
                        .map(path -> path.substring("docs/".length()))
                        .toList());
    }

    /** The README's are run too, by {@link ReadmeExamplesTest}. */
    @Test
    void everyJavaExampleOfTheReadmeIsPartOfTheExamples() {
        Path examples = ROOT.resolve("ipc-cli/src/test/java/io/valise/ipc/docs");
        String run = text(examples.resolve("PriceServer.java")) + text(examples.resolve("PriceClient.java"));
        assertThat(readme().blocks("java"))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(run).contains(squeezed(block.lines().stream())));
    }

    @Test
    void everyJavaExampleElsewhereIsCompiledSomewhere() {
        List<String> compiled = sources.stream().map(DocumentationTest::text).toList();
        assertThat(pages)
                .flatExtracting(page -> page.blocks("java"))
                .allSatisfy(block ->
                        assertThat(compiled).anyMatch(source -> source.contains(squeezed(block.lines().stream()))));
    }

    @Test
    void everyLineOfTheCounterpartsIsCompiledSomewhere() {
        String counterparts =
                text(ROOT.resolve("examples/src/main/java/io/valise/examples/counterparts/Counterparts.java"));
        List<String> lines =
                readme().spans().stream().filter(span -> span.endsWith(";")).toList();
        assertThat(lines)
                .hasSizeGreaterThan(20)
                .allSatisfy(line -> assertThat(counterparts).contains(squeezed(Stream.of(line))));
    }

    @Test
    void everyTestThatAPageNamesExists() {
        Set<String> known = sources.stream()
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
        Set<String> named = new TreeSet<>();
        pages.forEach(page -> page.spans().stream()
                .filter(span -> TEST_CLASS.matcher(span).matches())
                .forEach(named::add));
        named.remove("NameTest"); // stands for any
        assertThat(known).containsAll(named);
    }

    @Test
    void protocolHasTheNumberOfEveryStatus() {
        assertThat(page("docs/protocol.md").prose())
                .filteredOn(line -> line.matches("\\| \\d+ \\| `[A-Z_]+` \\|.*"))
                .extracting(line -> line.replaceFirst("(\\| \\d+ \\| `[A-Z_]+` \\|).*", "$1"))
                .containsExactlyElementsOf(Stream.of(IpcStatus.values())
                        .map(status -> "| " + status.number() + " | `" + status + "` |")
                        .toList());
    }

    private static List<String> brokenLinks(MarkdownPage page) {
        return page.links().stream()
                .filter(link -> !link.matches("[a-z]+:.*"))
                .filter(link -> !leadsSomewhere(page, link))
                .map(link -> relative(page.path()) + ": " + link)
                .toList();
    }

    private static boolean leadsSomewhere(MarkdownPage page, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty()
                ? page.path()
                : page.path().resolveSibling(parts[0]).normalize();
        return Files.exists(target)
                && (parts.length == 1 || MarkdownPage.read(target).anchors().contains(parts[1]));
    }

    private static MarkdownPage readme() {
        return page("README.md");
    }

    private static MarkdownPage page(String path) {
        return pages.stream()
                .filter(page -> relative(page.path()).equals(path))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + path));
    }

    /** A source without its indentation, which an example does not share. */
    private static String text(Path source) {
        try {
            return squeezed(Files.readAllLines(source).stream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without white space: the formatter breaks the lines of a program where it likes. */
    private static String squeezed(Stream<String> lines) {
        return lines.collect(Collectors.joining()).replaceAll("\\s+", "");
    }

    private static String relative(Path file) {
        return ROOT.relativize(file).toString().replace('\\', '/');
    }
}
