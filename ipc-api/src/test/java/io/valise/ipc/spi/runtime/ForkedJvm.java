package io.valise.ipc.spi.runtime;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Another JVM that is told what to do line by line, and killed when closed. */
final class ForkedJvm implements AutoCloseable {
    final Process process;
    private final BufferedWriter in;
    private final BufferedReader out;

    private ForkedJvm(Process process) {
        this.process = process;
        this.in = process.outputWriter();
        this.out = process.inputReader();
    }

    /** Starts a main class, with a command such as {@code setpriv} before {@code java}. */
    static ForkedJvm start(List<String> prefix, Map<String, String> environment, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp"));
        command.add(location(RuntimeDirectory.class) + ":" + location(main));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            return new ForkedJvm(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ForkedJvm start(Class<?> main, String... arguments) {
        return start(List.of(), Map.of(), main, arguments);
    }

    void tell(String line) throws IOException {
        in.write(line + "\n");
        in.flush();
    }

    String answer() throws IOException {
        return String.valueOf(out.readLine());
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    private static String location(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .toString();
    }
}
