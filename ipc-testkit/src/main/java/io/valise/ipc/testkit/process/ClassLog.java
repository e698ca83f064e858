package io.valise.ipc.testkit.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Which classes a JVM has loaded that was forked with {@link #option}: for tests that few classes are loaded.
 *
 * @since 0.1.0
 */
public final class ClassLog {
    private final Path file;

    /** @param folder where the JVM may write */
    public ClassLog(Path folder) {
        file = folder.resolve("classes");
    }

    /** The options that make the JVM log the classes it loads. */
    public String option() {
        return "-Xlog:class+load=info:file=" + file;
    }

    /** How many classes it has loaded so far, or by its end, whose names contain this text. */
    public long count(String text) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.contains(text)).count();
        }
    }
}
