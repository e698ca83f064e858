package io.valise.ipc.testkit.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Another user of this machine, the one with the least rights, which root can run programs as: for tests of what other
 * users can do. It runs a copy of the class path, since the original may be readable by root only. Thread-safe.
 *
 * @since 0.1.0
 */
public final class OtherUser {
    private static final int NOBODY = 65534;

    private static @Nullable ClassPath readableClassPath;

    private OtherUser() {}

    /** Skips the test, with the reason, unless programs can be run as another user here. */
    public static void assumePossible() {
        assumeTrue(isRoot(), "only root can run a program as another user");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "there is no setpriv(1) here");
    }

    static boolean isRoot() {
        try {
            return Files.isDirectory(Path.of("/proc/self"))
                    && Files.readAllLines(Path.of("/proc/self/status")).stream()
                            .anyMatch(line -> line.startsWith("Uid:\t0\t0\t"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a JVM as that user; see {@link ForkedJvm#start(List, Class, String...)}. */
    public static ForkedJvm start(List<String> jvmOptions, Class<?> main, String... arguments) {
        return start(NOBODY, List.of(), jvmOptions, main, arguments);
    }

    /** Starts a JVM as a user by its number, which the system need not know. */
    public static ForkedJvm start(int user, List<String> jvmOptions, Class<?> main, String... arguments) {
        return start(user, List.of(), jvmOptions, main, arguments);
    }

    /**
     * Starts a JVM as a user by its number who is a member of one more group.
     *
     * @param group its number, which the system need not know
     */
    public static ForkedJvm startInGroup(
            int user, int group, List<String> jvmOptions, Class<?> main, String... arguments) {
        return start(user, List.of("--groups=" + group), List.of(), jvmOptions, main, arguments);
    }

    /**
     * Starts a JVM as a user by its number.
     *
     * @param limits a command, with its arguments, that limits the command after it
     */
    static ForkedJvm start(int user, List<String> limits, List<String> jvmOptions, Class<?> main, String... arguments) {
        return start(user, List.of("--clear-groups"), limits, jvmOptions, main, arguments);
    }

    private static ForkedJvm start(
            int user,
            List<String> groups,
            List<String> limits,
            List<String> jvmOptions,
            Class<?> main,
            String... arguments) {
        List<String> prefix = new ArrayList<>(limits);
        prefix.addAll(List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--no-new-privs"));
        prefix.addAll(groups);
        return ForkedJvm.launch(prefix, classPath(), jvmOptions, main, arguments);
    }

    private static synchronized ClassPath classPath() {
        ClassPath known = readableClassPath;
        if (known == null) {
            known = copyOf(ClassPath.ofThisJvm());
            readableClassPath = known;
        }
        return known;
    }

    private static ClassPath copyOf(ClassPath classPath) {
        try {
            Path folder = Files.createTempDirectory("valise-readable");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder), "readable-class-path-cleaner"));
            List<Path> copies = new ArrayList<>();
            for (Path entry : classPath.entries()) {
                if (Files.exists(entry)) {
                    copies.add(copy(entry, folder.resolve("cp" + copies.size() + "-" + entry.getFileName())));
                }
            }
            return ClassPath.of(copies);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy the class path", e);
        }
    }

    private static Path copy(Path entry, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(entry)) {
            for (Path path : tree.toList()) {
                Path target = path.equals(entry)
                        ? to
                        : to.resolve(entry.relativize(path).toString());
                Files.copy(path, target);
                Files.setPosixFilePermissions(
                        target, PosixFilePermissions.fromString(Files.isDirectory(target) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
        return to;
    }

    private static void delete(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            System.getLogger(OtherUser.class.getName()).log(System.Logger.Level.WARNING, "left behind: " + folder, e);
        }
    }
}
