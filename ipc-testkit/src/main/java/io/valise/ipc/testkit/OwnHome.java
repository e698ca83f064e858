package io.valise.ipc.testkit;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.Providers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A runtime directory, a configuration folder and a cache directory for one test, where {@code @TempDir} would be deleted under processes and
 * servers that still use it. After the test this waits until the processes that the test started have ended and no server
 * is published in the runtime directory any more; then it restores the properties and deletes all. A process that does
 * not end is killed, and fails the test, as does a server that stays. Confined to the test's thread.
 *
 * <pre>{@code
 * @RegisterExtension
 * final OwnHome home = new OwnHome();
 * }</pre>
 *
 * @since 0.1.0
 */
public final class OwnHome implements BeforeEachCallback, AfterEachCallback {
    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(20);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

    private final Set<ProcessHandle> before = new HashSet<>();
    private @Nullable Path path;
    private String homeBefore = "";
    private String configurationBefore = "";
    private String cacheBefore = "";

    /** For a field with {@code @RegisterExtension}. */
    public OwnHome() {}

    /** A directory of the test, in which runtime directory and configuration folder will be. It exists during a test. */
    public Path path() {
        return Objects.requireNonNull(path, "no test runs");
    }

    /** The runtime directory, which {@value TestHome#PROPERTY} names; the library creates it. */
    public Path runtime() {
        return path().resolve("run");
    }

    /** The configuration folder, which {@value TestHome#CONFIGURATION_PROPERTY} names; the library creates it. */
    public Path configuration() {
        return path().resolve("config");
    }

    /** The cache directory, which {@value TestHome#CACHE_PROPERTY} names; the library creates it. */
    public Path cache() {
        return path().resolve("cache");
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        path = Files.createTempDirectory("vo"); // short, so that socket paths fit
        ProcessHandle.current().children().forEach(before::add);
        homeBefore = TestHome.current().toString();
        configurationBefore = TestHome.configuration().toString();
        cacheBefore = TestHome.cache().toString();
        System.setProperty(TestHome.PROPERTY, runtime().toString());
        System.setProperty(TestHome.CONFIGURATION_PROPERTY, configuration().toString());
        System.setProperty(TestHome.CACHE_PROPERTY, cache().toString());
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        try {
            awaitProcesses();
            awaitServers();
        } finally {
            System.setProperty(TestHome.PROPERTY, homeBefore);
            System.setProperty(TestHome.CONFIGURATION_PROPERTY, configurationBefore);
            System.setProperty(TestHome.CACHE_PROPERTY, cacheBefore);
        }
        TestHome.deleteAll(path());
    }

    private void awaitProcesses() throws InterruptedException, ExecutionException {
        long deadline = System.nanoTime() + TIMEOUT;
        for (ProcessHandle process : ProcessHandle.current().children().toList()) {
            if (!before.contains(process)) {
                awaitEnd(process, deadline);
            }
        }
    }

    private static void awaitEnd(ProcessHandle process, long deadline) throws InterruptedException, ExecutionException {
        String command = process.info().commandLine().orElse("?");
        try {
            process.onExit().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("the test left a process: pid " + process.pid() + ", " + command, e);
        }
    }

    /** The library closes servers that waited for a process after that process has ended. */
    private static void awaitServers() {
        long deadline = System.nanoTime() + TIMEOUT;
        for (List<Endpoint> served = served(); !served.isEmpty(); served = served()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("the test left servers: " + served);
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    private static List<Endpoint> served() {
        return Providers.transports().all().stream()
                .filter(transport -> transport.availability().available())
                .flatMap(transport -> transport.endpoints().stream())
                .toList();
    }
}
