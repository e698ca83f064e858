package io.valise.ipc.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.JavaCommand;
import io.valise.ipc.testkit.process.Requirement;
import io.valise.ipc.testkit.process.TestProcesses;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command in a process of its own, through its real main method. */
final class ForkedIpc implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final CompletableFuture<String> err;

    /** What was written to standard error so far; also the monitor. */
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private boolean errorsEnded;

    private ForkedIpc(Process process) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.err = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()), task -> {
            Thread reader = new Thread(task, "forked-ipc-errors");
            reader.setDaemon(true);
            reader.start();
        });
    }

    static ForkedIpc start(String... arguments) throws IOException {
        return start(Map.of(), arguments);
    }

    /** Starts it with these variables in its environment. */
    static ForkedIpc start(Map<String, String> variables, String... arguments) throws IOException {
        ProcessBuilder ipc = new ProcessBuilder(command(ClassPath.ofThisJvm(), arguments));
        ipc.environment().putAll(variables);
        return new ForkedIpc(TestProcesses.start(ipc));
    }

    /**
     * Runs it to its end by a shell, whose variables and arguments are bytes, whatever this JVM's locale is.
     *
     * @param script what comes before and after "$@", the command and these arguments
     */
    static CommandRun runByShell(String script, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(command(ClassPath.ofThisJvm(), arguments));
        try (ForkedIpc ipc = new ForkedIpc(TestProcesses.start(new ProcessBuilder(command)))) {
            ipc.process.getOutputStream().close();
            return ipc.end();
        }
    }

    /** Starts it on a terminal of its own; skips the test where this machine lacks what that takes. */
    static ForkedIpc onTerminal(Map<String, String> variables, String... arguments)
            throws IOException, InterruptedException {
        assumeTrue(Requirement.program("script").isPresent(), "no script on the PATH");
        assumeTrue(
                new ProcessBuilder(interruptible(List.of("true"))).start().waitFor() == 0,
                "env on the PATH has no --default-signal");
        String line = interruptible(command(ClassPath.ofThisJvm(), arguments)).stream()
                .map(word -> '\'' + word.replace("'", "'\\''") + '\'')
                .collect(Collectors.joining(" ", "exec ", ""));
        ProcessBuilder ipc = new ProcessBuilder("script", "-qec", line, "/dev/null");
        ipc.environment().putAll(variables);
        ipc.environment().putAll(Map.of("SHELL", "/bin/sh", "TERM", "xterm"));
        ipc.environment().remove("NO_COLOR");
        return new ForkedIpc(TestProcesses.start(ipc));
    }

    /** Undoes what a shell does to its commands in the background: they ignore Ctrl-C, and so do those that they start. */
    private static List<String> interruptible(List<String> command) {
        return Stream.concat(Stream.of("env", "--default-signal=INT"), command.stream())
                .toList();
    }

    private static List<String> command(ClassPath classPath, String... arguments) {
        List<String> command = JavaCommand.of(classPath);
        command.add("-D" + TestHome.PROPERTY + "=" + TestHome.current());
        command.add("-D" + TestHome.CONFIGURATION_PROPERTY + "=" + TestHome.configuration());
        command.add("-D" + TestHome.CACHE_PROPERTY + "=" + TestHome.cache());
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add("io.valise.ipc.cli.Ipc");
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs it to its end, with nothing on its input. */
    static CommandRun run(String... arguments) throws IOException, InterruptedException {
        return run(ClassPath.ofThisJvm(), arguments);
    }

    /** Like {@link #run(String...)}, with a class path of its own. */
    static CommandRun run(ClassPath classPath, String... arguments) throws IOException, InterruptedException {
        try (ForkedIpc ipc = new ForkedIpc(TestProcesses.start(new ProcessBuilder(command(classPath, arguments))))) {
            ipc.process.getOutputStream().close();
            return ipc.end();
        }
    }

    String nextLine() throws IOException {
        return String.valueOf(out.readLine());
    }

    /** Types on its terminal. */
    void type(String keys) throws IOException {
        process.getOutputStream().write(keys.getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
    }

    /** SIGTERM, where there is such; unlike {@link Process#destroy} this leaves its output to be read. */
    void terminate() {
        process.toHandle().destroy();
    }

    Process process() {
        return process;
    }

    /** Waits for the end. */
    CommandRun end() throws InterruptedException {
        String text = String.join("\n", out.lines().toList());
        if (!process.waitFor(170, TimeUnit.SECONDS)) {
            throw new AssertionError("still running; wrote " + text);
        }
        return new CommandRun(process.exitValue(), text, err.join());
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Waits until something was written to standard error. */
    void awaitError(String part) throws InterruptedException {
        synchronized (errors) {
            while (!errors.toString(StandardCharsets.UTF_8).contains(part)) {
                if (errorsEnded) {
                    throw new AssertionError("not written: " + part + "; written: " + errors);
                }
                errors.wait();
            }
        }
    }

    private String read(InputStream stream) {
        byte[] bytes = new byte[1024];
        try {
            for (int count = stream.read(bytes); count >= 0; count = stream.read(bytes)) {
                synchronized (errors) {
                    errors.write(bytes, 0, count);
                    errors.notifyAll();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            synchronized (errors) {
                errorsEnded = true;
                errors.notifyAll();
            }
        }
        return errors.toString(StandardCharsets.UTF_8);
    }
}
