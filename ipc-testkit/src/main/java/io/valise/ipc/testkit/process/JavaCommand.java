package io.valise.ipc.testkit.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The beginning of a command that starts a JVM for a test: the program, its options and its class path. More options, the
 * main class and its arguments follow. The JVM starts quickly and leaves processor time to others: it has one compiler and
 * one collector thread, and reads the classes of this JVM's class path from an {@linkplain PreparedClassPath archive}.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class JavaCommand {
    private JavaCommand() {}

    /** With the class path of this JVM; a new list. */
    public static List<String> ofThisClassPath() {
        PreparedClassPath prepared = PreparedClassPath.ofThisJvm();
        return command(prepared.archiveOptions(), prepared.toString());
    }

    /** With a class path, of which an archive is used if it is that of this JVM; a new list. */
    public static List<String> of(ClassPath classPath) {
        String path = classPath.toString();
        return path.equals(ClassPath.ofThisJvm().toString()) ? ofThisClassPath() : command(List.of(), path);
    }

    static List<String> command(List<String> options, String classPath) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath));
        return command;
    }
}
