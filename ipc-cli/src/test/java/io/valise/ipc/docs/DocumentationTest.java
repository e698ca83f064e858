package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcStatus;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.hosting.ServiceManifest;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.services.launch.HelperLauncher;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.testkit.TestHome;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** What the pages of the repository say about each other, and about its code, is so. */
class DocumentationTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern NOT_OURS = Pattern.compile("(.*/)?(target|\\..+)/.*");
    private static final Pattern TEST_CLASS = Pattern.compile("[A-Z][A-Za-z0-9]+(Test|Rules|Contract)");

    /** Message, reason and remedy; the names of deliveries, which are no messages, have no lower-case letters. */
    private static final Pattern MESSAGE_ROW = Pattern.compile("\\| `([^`]*[a-z][^`]*)` \\|.*\\|.*\\|");

    private static List<MarkdownPage> pages;
    private static List<Path> sources;

    @BeforeAll
    static void read() throws IOException {
        assertThat(TestHome.configuration()).isAbsolute();
        try (Stream<Path> files = Files.walk(ROOT)) {
            List<Path> ours = files.filter(Files::isRegularFile)
                    .filter(file -> !NOT_OURS.matcher(relative(file)).matches())
                    .toList();
            pages = ours.stream()
                    .filter(file -> file.toString().endsWith(".md"))
                    .map(MarkdownPage::read)
                    .toList();
            sources = ours.stream()
                    .filter(file -> file.toString().matches(".*\\.(java|kt)"))
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

    /** A part of a test, or of a program that a test names: its main class, or what that names in its package. */
    @Test
    void everyExampleElsewhereIsRunBySomeTest() {
        Map<Path, String> all = sources.stream().collect(Collectors.toMap(source -> source, DocumentationTest::text));
        Set<String> run = all.keySet().stream()
                .filter(DocumentationTest::isTest)
                .map(DocumentationTest::name)
                .collect(Collectors.toCollection(TreeSet::new));
        run.add("module-info"); // each module that is loaded
        String tests = text(all, DocumentationTest::isTest);
        all.keySet().stream()
                .map(DocumentationTest::name)
                .filter(tests::contains)
                .forEach(run::add);
        String programs = text(
                all, source -> run.contains(name(source)) && relative(source).startsWith("examples/"));
        Predicate<Path> isRun = source -> run.contains(name(source)) || programs.contains(name(source));
        List<String> notRun = pages.stream()
                .flatMap(page -> Stream.of("java", "kotlin").flatMap(language -> page.blocks(language).stream()))
                .filter(block -> all.entrySet().stream()
                        .noneMatch(source -> isRun.test(source.getKey())
                                && source.getValue().contains(squeezed(block.lines().stream()))))
                .map(MarkdownPage.Block::text)
                .toList();
        assertThat(notRun).isEmpty();
    }

    private static boolean isTest(Path source) {
        return relative(source).contains("src/test/")
                && TEST_CLASS.matcher(name(source)).matches();
    }

    private static String name(Path source) {
        return source.getFileName().toString().replaceFirst("\\.(java|kt)$", "");
    }

    private static String text(Map<Path, String> all, Predicate<Path> which) {
        return all.entrySet().stream()
                .filter(source -> which.test(source.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.joining());
    }

    @Test
    void everyJsonExampleIsReadAsWhatItIs() {
        for (MarkdownPage page : pages) {
            for (MarkdownPage.Block block : page.blocks("json")) {
                // One manifest, or a message on each line.
                List<String> texts = block.lines().get(0).equals("{") ? List.of(block.text()) : block.lines();
                assertThat(texts)
                        .allSatisfy(text ->
                                assertThat(ValueSetJson.read(text).keys()).isNotEmpty());
            }
        }
    }

    @Test
    void theManifestsThatThePagesShowAreManifests() throws IOException {
        List<String> manifests = page("docs/services.md").blocks("json").stream()
                .map(MarkdownPage.Block::text)
                .toList();
        Path service = ManifestFolder.of("services").create().resolve("quotes.json");
        AppIdentity editor = AppIdentity.open("acme", "editor");
        Path helpers = ManifestFolder.of("helpers").create().resolve(editor.id() + ".json");
        Files.writeString(service, manifests.get(0));
        Files.writeString(helpers, manifests.get(1).replace("editor_8wekyb3d8bbwe", editor.id()));
        try {
            assertThat(ServiceManifest.find("quotes").orElseThrow().idle()).isEqualTo(Duration.ofSeconds(30));
            assertThat(HelperLauncher.of(editor).groups()).containsExactly("spelling");
        } finally {
            Files.delete(service);
            Files.delete(helpers);
        }
    }

    @Test
    void theDependenciesOfTheReadmeAreModulesOfThisBuild() throws Exception {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        for (MarkdownPage.Block block : readme().blocks("xml")) {
            Document xml = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader("<project>" + block.text() + "</project>")));
            assertThat(texts(xml, "artifactId"))
                    .isNotEmpty()
                    .allSatisfy(module -> assertThat(pom).contains("<module>" + module + "</module>"));
            assertThat(texts(xml, "groupId")).containsOnly("io.valise");
            assertThat(texts(xml, "version"))
                    .allSatisfy(version -> assertThat(pom).contains("<version>" + version + "</version>"));
        }
    }

    private static List<String> texts(Document xml, String element) {
        NodeList found = xml.getElementsByTagName(element);
        return IntStream.range(0, found.getLength())
                .mapToObj(index -> found.item(index).getTextContent())
                .toList();
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
        Set<String> known = sources.stream().map(DocumentationTest::name).collect(Collectors.toSet());
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

    @Test
    void everyStatusOfAFailureHasItsSection() {
        assertThat(page("docs/troubleshooting.md").prose())
                .filteredOn(line -> line.startsWith("## "))
                .containsExactlyInAnyOrderElementsOf(Stream.of(IpcStatus.values())
                        .filter(status -> status != IpcStatus.OK)
                        .map(status -> "## " + status)
                        .toList());
    }

    /** Literals that a source has in several parts are put together. */
    @Test
    void everyMessageOfAFailureIsSaidBySomeSource() throws IOException {
        StringBuilder said = new StringBuilder();
        for (Path source : sources) {
            if (relative(source).contains("/src/main/")) {
                said.append(Files.readString(source).replaceAll("\"\\s*\\+\\s*\"", ""));
            }
        }
        List<String> messages = page("docs/troubleshooting.md").prose().stream()
                .map(MESSAGE_ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> row.group(1))
                .toList();
        assertThat(messages)
                .hasSizeGreaterThan(30)
                .allSatisfy(message -> assertThat(said).contains(message));
    }

    /** An example of a path is one of a user, not of the machine where the page was written. */
    @Test
    void noPageShowsThePathsOfTheMachineThatItWasWrittenOn() throws IOException {
        for (MarkdownPage page : pages) {
            assertThat(Files.readAllLines(page.path()))
                    .as(relative(page.path()))
                    .noneMatch(line -> line.matches(".*(/(root|work)/|-0/shm|valise-0\\b|jvm/temurin).*"));
        }
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
