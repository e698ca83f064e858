package io.valise.ipc.languages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An interpreter that need not be installed: a test that needs one is skipped, with a line that says so, unless {@code
 * -Dvalise.test.languages=required} is given, as continuous integration does.
 */
enum Interpreter {
    NODE("node", "v(2[0-9]|[3-9][0-9]).*", "Node.js 20 or newer", "node/tests/support/language-end.js"),
    PYTHON("python3", "Python 3\\.(9|[1-9][0-9]).*", "Python 3.9 or newer", "python/tests/language_end.py");

    private static final boolean REQUIRED = "required".equals(System.getProperty("valise.test.languages"));
    private static final Path CLIENTS =
            Path.of("..", "clients").toAbsolutePath().normalize();

    private final String program;
    private final Pattern version;
    private final String needed;
    private final String end;
    private final Optional<String> found;

    Interpreter(String program, String version, String needed, String end) {
        this.program = program;
        this.version = Pattern.compile(version);
        this.needed = needed;
        this.end = end;
        this.found = versionOf(program);
    }

    private static Optional<String> versionOf(String program) {
        try {
            Process asked = new ProcessBuilder(program, "--version")
                    .redirectErrorStream(true)
                    .start();
            asked.getOutputStream().close();
            return Optional.of(new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    /** Skips the tests of a class that needs it if it is not here. */
    void assumeHere() {
        boolean isHere = found.filter(text -> version.matcher(text).matches()).isPresent();
        String missing = needed + " is needed on the PATH, found=" + found.orElse("none");
        if (REQUIRED) {
            assertThat(isHere).as(missing).isTrue();
        } else if (!isHere) {
            System.out.println("Skipped: the rules across languages, " + missing);
        }
        assumeTrue(isHere, missing);
    }

    /** The command that starts its end of the test protocol. */
    List<String> command() {
        return List.of(program, CLIENTS.resolve(end).toString());
    }
}
