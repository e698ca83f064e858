package io.valise.ipc.testkit.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A forked JVM with a limit of descriptors or threads, by {@code prlimit}(1) of util-linux: for tests of a process that
 * runs out of them. Stateless.
 *
 * @since 0.1.0
 */
public final class LimitedJvm {
    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

    private LimitedJvm() {}

    /** Skips the test, and logs so, where there is no prlimit. */
    public static void assumePossible() {
        boolean possible = Files.isExecutable(PRLIMIT);
        if (!possible) {
            System.getLogger(LimitedJvm.class.getName()).log(Level.INFO, "skipped: there is no prlimit(1) here");
        }
        assumeTrue(possible, "there is no prlimit(1) here");
    }

    /**
     * Starts a JVM with a limit of descriptors; see {@link ForkedJvm#start(Class, String...)}.
     *
     * @param descriptors how many files, sockets and selectors it can have open, its class path among them
     */
    public static ForkedJvm withDescriptors(int descriptors, Class<?> main, String... arguments) {
        List<String> limit = List.of(PRLIMIT.toString(), "--nofile=" + descriptors + ":" + descriptors);
        return ForkedJvm.launch(limit, ClassPath.ofThisJvm(), List.of(), main, arguments);
    }

    /**
     * Starts a JVM with a limit of threads, as a user of its own, since the limit counts all threads of a user, and
     * does not apply to root. Call {@link OtherUser#assumePossible} first.
     *
     * @param user the number of that user
     * @param threads how many threads the user may have
     */
    public static ForkedJvm withThreads(
            int user, int threads, List<String> jvmOptions, Class<?> main, String... arguments) {
        return OtherUser.start(
                user, List.of(PRLIMIT.toString(), "--nproc=" + threads + ":" + threads), jvmOptions, main, arguments);
    }
}
