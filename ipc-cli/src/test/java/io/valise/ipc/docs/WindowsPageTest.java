package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/windows.md has every system by its official name, with lines that run and the file that it needs. */
class WindowsPageTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
    private static final Pattern ANCHOR = Pattern.compile("\\]\\(#([^)]+)\\)");
    /** How a source names a folder of manifests: by a text, or by the constant of that name in its class. */
    private static final Pattern FOLDER = Pattern.compile("ManifestFolder\\.of\\(\"([a-z]+)\"\\)");

    private static final Pattern CONSTANT = Pattern.compile("String FOLDER = \"([a-z]+)\"");

    /** What a person who comes from Windows searches for. */
    private static final List<String> OFFICIAL_NAMES = List.of(
            "ValueSet",
            "AppServiceConnection",
            "CoCreateInstance",
            "broadFileSystemAccess",
            "ApplicationData.GetPublisherCacheFolder",
            "SharedStorageAccessManager",
            "FullTrustProcessLauncher",
            "LaunchUriForResultsAsync",
            "CheckNetIsolation",
            "privateNetworkClientServer",
            "CreateNamedPipe",
            "CreatePipe",
            "RegOpenKeyEx",
            "RpcServerRegisterIf3",
            "DeriveAppContainerSidFromAppContainerName",
            "CheckCallerForCapabilityAsync",
            "CreateFileMapping",
            "CreateMutex",
            "CreateSemaphore",
            "CreateEvent",
            "MddBootstrapInitialize2");

    /** The cells of the rows of a page's table that begins with a heading. */
    private static List<List<String>> rows(String page, String heading) {
        List<List<String>> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : lines(page)) {
            inside = line.startsWith("| " + heading + " |") || (inside && line.startsWith("|"));
            if (inside) {
                rows.add(Stream.of(line.split("\\|")).skip(1).map(String::strip).toList());
            }
        }
        return rows.subList(2, rows.size());
    }

    private static List<String> lines(String page) {
        return text(ROOT.resolve(page)).lines().toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> spans(String cell) {
        return SPAN.matcher(cell).results().map(found -> found.group(1)).toList();
    }

    private static Set<String> namesIn(String page, String heading) {
        Set<String> names = new TreeSet<>();
        rows(page, heading).forEach(row -> names.addAll(spans(row.get(0))));
        return names;
    }

    /** The lines of each section of the page, by its anchor. */
    private static Map<String, List<String>> sections() {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        List<String> current = new ArrayList<>();
        for (String line : lines("docs/windows.md")) {
            if (line.startsWith("## ")) {
                current = new ArrayList<>();
                String anchor = line.substring(3).toLowerCase(Locale.ROOT).replace(' ', '-');
                sections.put(anchor, current);
            }
            current.add(line);
        }
        return sections;
    }

    @Test
    void pageAndReadmeHaveTheOfficialNames() {
        assertThat(namesIn("docs/windows.md", "On Windows")).containsAll(OFFICIAL_NAMES);
        assertThat(namesIn("README.md", "Windows")).containsAll(OFFICIAL_NAMES);
        assertThat(namesIn("docs/windows.md", "On Windows")).containsAll(namesIn("README.md", "Windows"));
    }

    /** That the lines run, {@link DocumentationTest} and {@code CounterpartsTest} see to. */
    @Test
    void eachRowLeadsToASectionWithLinesOfCode() {
        Map<String, List<String>> sections = sections();
        for (List<String> row : rows("docs/windows.md", "On Windows")) {
            assertThat(row).hasSize(3);
            Matcher anchor = ANCHOR.matcher(row.get(1));
            assertThat(anchor.find()).as(row.get(1)).isTrue();
            assertThat(sections.get(anchor.group(1))).as(anchor.group(1)).contains("```java");
            sections.remove(anchor.group(1));
        }
        assertThat(sections).as("sections without a row").isEmpty();
    }

    @Test
    void eachRowNamesTheFileThatItNeedsAndEachKindOfManifestHasARow() throws IOException {
        Set<String> folders = new TreeSet<>();
        for (List<String> row : rows("docs/windows.md", "On Windows")) {
            String file = row.get(2);
            assertThat(file).matches("none(: .*)?|a grant, .*|`[^`]+`.*");
            spans(file).stream().map(path -> path.replaceFirst("/.*", "")).forEach(folders::add);
        }
        Set<String> kinds = new TreeSet<>();
        try (Stream<Path> files = Files.walk(ROOT.resolve("ipc-services/src/main/java"))) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .map(WindowsPageTest::text)
                    .filter(source -> source.contains("ManifestFolder.of("))
                    .flatMap(source -> Stream.of(FOLDER, CONSTANT)
                            .flatMap(pattern -> pattern.matcher(source).results()))
                    .forEach(found -> kinds.add(found.group(1)));
        }
        assertThat(kinds).contains("services");
        assertThat(folders).containsAll(kinds);
    }
}
