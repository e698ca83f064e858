package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages of settings and loggers have all that the sources have. */
class SettingsPagesTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Set<String> NO_SETTINGS = Set.of(
            "valise.info",
            "valise.ping",
            "valise.schema",
            "valise.region",
            "valise.object"); // services, and kinds of files
    private static final Pattern PROPERTY = Pattern.compile("\"(valise\\.[A-Za-z0-9.]+)\"");
    private static final Pattern VARIABLE = Pattern.compile("\"((?:VALISE|XDG)_[A-Z_]+)\"");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([a-z.]+);");
    private static final Pattern LOGGER =
            Pattern.compile("(?:SafeLog\\.of|System\\.getLogger)\\((?:\"([a-z.]+)\"|[A-Z]\\w+(?:\\.class|\\.getName))");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(io\\.valise[a-z.]*)`( and its (?:classes|parts))? ");

    @Test
    void everyPropertyAndVariableIsOnThePageOfSettings() throws IOException {
        String page = page("configuration.md");
        Set<String> named = new TreeSet<>();
        for (String source : sources()) {
            addAll(named, PROPERTY.matcher(source));
            addAll(named, VARIABLE.matcher(source));
        }
        named.removeAll(NO_SETTINGS);
        assertThat(named)
                .contains("valise.home", "valise.shm.memory", "VALISE_HOME")
                .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    @Test
    void everyLoggerIsOnThePageOfLogging() throws IOException {
        List<Matcher> rows = ROW.matcher(page("logging.md"))
                .results()
                .map(row -> Pattern.compile(Pattern.quote(row.group(1)) + (row.group(2) == null ? "" : "(\\..*)?"))
                        .matcher(""))
                .toList();
        Set<String> loggers = new TreeSet<>();
        for (String source : sources()) {
            Matcher here = PACKAGE.matcher(source);
            String place = here.find() ? here.group(1) : "";
            LOGGER.matcher(source)
                    .results()
                    .forEach(found -> loggers.add(found.group(1) != null ? found.group(1) : place + ".Class"));
        }
        assertThat(loggers)
                .contains("io.valise.ipc")
                .allSatisfy(logger -> assertThat(rows)
                        .anySatisfy(
                                row -> assertThat(row.reset(logger).matches()).isTrue()));
    }

    private static void addAll(Set<String> names, Matcher found) {
        found.results().forEach(name -> names.add(name.group(1)));
    }

    private static String page(String name) throws IOException {
        return Files.readString(ROOT.resolve("docs").resolve(name));
    }

    /** Of the modules that an application uses, and the kit. */
    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT, 16)) {
            return files.filter(file -> ROOT.relativize(file)
                            .toString()
                            .replace('\\', '/')
                            .matches("ipc-(api|pipes|sharedmem|loopback|nats|services|testkit)/src/main/.*[.]java"))
                    .map(SettingsPagesTest::read)
                    .collect(Collectors.toList());
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
