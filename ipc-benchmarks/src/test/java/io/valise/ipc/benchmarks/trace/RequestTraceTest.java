package io.valise.ipc.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** That docs/a-request.md names the classes that a request enters. */
class RequestTraceTest {
    private static final Path PAGE = Path.of("..", "docs", "a-request.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `[^|]*` \\| (.*) \\|$");
    private static final Pattern CLASS_NAME = Pattern.compile("`([A-Za-z0-9.]+)`");
    private static final Pattern PACKAGE = Pattern.compile("^([a-z]+\\.)*");

    @Test
    @EnabledForJreRange(max = JRE.JAVA_23, disabledReason = "from 24 on the JDK's memory serves instead of Chronicle's")
    void thePageNamesTheClassesThatARequestEnters() throws Exception {
        Set<String> entered = RequestTrace.run().classes().stream()
                .map(name -> PACKAGE.matcher(name).replaceFirst("").replace('$', '.'))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(entered).containsExactlyInAnyOrderElementsOf(onThePage());
    }

    private static Set<String> onThePage() throws IOException {
        return ROW.matcher(Files.readString(PAGE))
                .results()
                .flatMap(row -> CLASS_NAME.matcher(row.group(1)).results().map((MatchResult name) -> name.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theFilesThatThePageNamesAreThere() throws IOException {
        Path internal = Path.of("..", "ipc-api", "src", "main", "java", "io", "valise", "ipc", "internal");
        Set<String> files = Pattern.compile("`([a-z]+/[A-Za-z]+\\.java)`")
                .matcher(Files.readString(PAGE))
                .results()
                .map(file -> file.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(files)
                .isNotEmpty()
                .allSatisfy(file -> assertThat(internal.resolve(file)).isRegularFile());
    }
}
