package io.valise.ipc.testkit.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

/**
 * What some tests need of the machine. Where it is missing they are skipped, and one line says so, unless {@code
 * -Dvalise.test.NAME=required} is given, as continuous integration does. Thread-safe.
 *
 * @since 0.2.0
 */
public final class Requirement {
    private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

    private Requirement() {}

    /**
     * Whether tests run.
     *
     * @param name of the property, after {@code valise.test.}
     * @param missing what is missing and how to get it; empty when nothing is
     * @throws AssertionError when it is missing and required
     */
    public static ConditionEvaluationResult judge(String name, Optional<String> missing) {
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled(name + ": nothing is missing");
        }
        if ("required".equals(System.getProperty("valise.test." + name))) {
            throw new AssertionError("-Dvalise.test." + name + "=required, and " + missing.get());
        }
        if (SAID.add(name)) {
            System.out.println("Skipped: the tests of " + name + ": " + missing.get());
        }
        return ConditionEvaluationResult.disabled(missing.get());
    }

    /** As {@link #judge}, by a program and the package of Debian that has it. */
    public static ConditionEvaluationResult judgeProgram(String name, String program, String of) {
        return judge(
                name,
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
