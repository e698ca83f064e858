package io.valise.ipc.testkit.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * JVMs in namespaces of their own (namespaces(7)), as a container has them. Linux, root; elsewhere the test is skipped,
 * with the reason. A JVM's process id is that of unshare(1), which ends with it. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Namespaces {
    private static final List<String> PIDS = List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");

    private Namespaces() {}

    /**
     * Starts a JVM in a pid namespace of its own: process ids differ there, and processes outside are not visible.
     *
     * @see ForkedJvm#start(List, Class, String...)
     */
    public static ForkedJvm startWithOtherPids(List<String> jvmOptions, Class<?> main, String... arguments) {
        return start(PIDS, jvmOptions, main, arguments);
    }

    /**
     * Starts a JVM that sees a directory as read-only.
     *
     * @param directory a path without quotes and spaces
     * @see ForkedJvm#start(List, Class, String...)
     */
    public static ForkedJvm startWithReadOnly(
            Path directory, List<String> jvmOptions, Class<?> main, String... arguments) {
        String mounts = "mount --bind D D && mount -o remount,bind,ro D && exec \"$0\" \"$@\"";
        List<String> prefix = List.of("unshare", "--mount", "sh", "-c", mounts.replace("D", directory.toString()));
        return start(prefix, jvmOptions, main, arguments);
    }

    private static ForkedJvm start(List<String> prefix, List<String> jvmOptions, Class<?> main, String... arguments) {
        List<String> trial = new ArrayList<>(prefix);
        trial.add("true");
        try {
            int status = new ProcessBuilder(trial).start().waitFor();
            assumeTrue(status == 0, "namespaces cannot be made here: " + prefix + " ended with " + status);
        } catch (IOException e) {
            assumeTrue(false, "namespaces cannot be made here: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while trying unshare(1)", e);
        }
        return ForkedJvm.launch(prefix, ClassPath.ofThisJvm(), jvmOptions, main, arguments);
    }
}
