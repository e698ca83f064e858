package io.valise.ipc.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The runtime directory of the tests in this JVM: fresh, so that neither servers of the user nor other test runs are
 * seen, short, so that socket paths fit, and gone when the JVM ends. Thread-safe.
 */
public final class TestHome {
    /** The system property that names the runtime directory. */
    public static final String PROPERTY = "valise.home";

    private static final Path PATH = claim();

    private TestHome() {}

    /** The directory; {@value #PROPERTY} names it from the first call on. */
    public static Path path() {
        return PATH;
    }

    private static Path claim() {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return Path.of(given);
        }
        try {
            Path fresh = Files.createTempDirectory("vt");
            System.setProperty(PROPERTY, fresh.toString());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(fresh), "test-home-cleaner"));
            return fresh;
        } catch (IOException e) {
            throw new UncheckedIOException("no runtime directory for the tests", e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            System.getLogger(TestHome.class.getName()).log(System.Logger.Level.WARNING, "left behind: " + directory, e);
        }
    }
}
