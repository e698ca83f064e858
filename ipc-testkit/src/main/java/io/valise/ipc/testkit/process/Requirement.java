package io.valise.ipc.testkit.process;

import java.io.File;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

/**
 * What some tests need of the machine. Where it is missing they are skipped, and one line says so, unless a property
 * such as {@code valise.test.networks} is {@code required} as continuous integration sets it. Thread-safe.
 *
 * @since 0.2.0
 */
public final class Requirement {
    private static final Logger LOG = System.getLogger(Requirement.class.getName());
    private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

    private Requirement() {}

    /**
     * Whether tests run.
     *
     * @param property that requires it; its last part is what the tests are called in the line
     * @param missing what is missing and how to get it; empty when nothing is
     * @throws AssertionError when it is missing and required
     */
    public static ConditionEvaluationResult judge(String property, Optional<String> missing) {
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled(property + ": nothing is missing");
        }
        if ("required".equals(System.getProperty(property))) {
            throw new AssertionError("-D" + property + "=required, and " + missing.get());
        }
        if (SAID.add(property)) {
            String tests = property.substring(property.lastIndexOf('.') + 1);
            LOG.log(Level.INFO, "Skipped: the tests of " + tests + ": " + missing.get());
        }
        return ConditionEvaluationResult.disabled(missing.get());
    }

    /** As {@link #judge}, by a program and the package of Debian that has it. */
    public static ConditionEvaluationResult judgeProgram(String property, String program, String of) {
        return judge(
                property,
                program(program).isPresent()
                        ? Optional.empty()
                        : Optional.of("no " + program + " on the PATH (apt-get install " + of + ")"));
    }

    /** A program on the PATH, or where administrators' programs are. */
    public static Optional<Path> program(String name) {
        Stream<String> places = Stream.concat(
                Stream.of(System.getenv("PATH").split(File.pathSeparator, -1)),
                Stream.of("/usr/sbin", "/usr/local/sbin", "/sbin"));
        return places.map(place -> Path.of(place, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
