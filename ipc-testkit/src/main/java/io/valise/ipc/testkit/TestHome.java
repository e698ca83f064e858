package io.valise.ipc.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The runtime directory of the tests in this JVM, and their configuration folder: fresh, so that neither servers of the
 * user nor other test runs are seen, short, so that socket paths fit, and deleted when the JVM ends. Thread-safe.
 *
 * @since 0.1.0
 */
public final class TestHome {
    /** The system property that names the runtime directory. */
    public static final String PROPERTY = "valise.home";

    /** The system property that names the configuration folder: the tests' keys are not the user's. */
    public static final String CONFIGURATION_PROPERTY = "valise.config";

    /** The system property that names the cache directory: what tests make is not in the user's. */
    public static final String CACHE_PROPERTY = "valise.cache";

    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(10);

    private static final Path PATH = claim();

    private TestHome() {}

    /** The directory; {@value #PROPERTY} names it from the first call on. */
    public static Path path() {
        return PATH;
    }

    /** The runtime directory that {@value #PROPERTY} names now: {@link #path()} unless a test has one of its own. */
    public static Path current() {
        return Path.of(System.getProperty(PROPERTY, PATH.toString()));
    }

    /** The configuration folder of the tests, in {@link #path()} unless the property names another. */
    public static Path configuration() {
        return named(CONFIGURATION_PROPERTY, PATH.resolve("config"));
    }

    /** Restores the property to the folder in {@link #path()}, after a test that named another. */
    public static void restoreConfiguration() {
        System.setProperty(CONFIGURATION_PROPERTY, PATH.resolve("config").toString());
    }

    /** The cache directory of the tests, in {@link #path()} unless the property names another. */
    public static Path cache() {
        return named(CACHE_PROPERTY, PATH.resolve("cache"));
    }

    private static Path claim() {
        Path home = claimHome();
        named(CACHE_PROPERTY, home.resolve("cache"));
        named(CONFIGURATION_PROPERTY, home.resolve("config"));
        return home;
    }

    /** What a property names; has it name the given path if it names none. */
    private static Path named(String property, Path otherwise) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, otherwise.toString());
        }
        return Path.of(System.getProperty(property));
    }

    private static Path claimHome() {
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

    /**
     * Deletes a directory with its content. A server that is closing may delete its files there at the same time, or
     * make a lock: then this begins again, for at most 10 seconds.
     *
     * @throws IOException if a file cannot be deleted
     */
    public static void deleteAll(Path directory) throws IOException {
        long deadline = System.nanoTime() + TIMEOUT;
        while (Files.exists(directory)) {
            try (Stream<Path> tree = Files.walk(directory)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            } catch (DirectoryNotEmptyException | UncheckedIOException changed) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("not deleted: " + directory, changed);
                }
            }
        }
    }

    private static void delete(Path directory) {
        try {
            deleteAll(directory);
        } catch (IOException e) {
            System.getLogger(TestHome.class.getName()).log(System.Logger.Level.WARNING, "left behind: " + directory, e);
        }
    }
}
