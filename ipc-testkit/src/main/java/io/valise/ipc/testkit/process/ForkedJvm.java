package io.valise.ipc.testkit.process;

import io.valise.ipc.testkit.TestHome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Another JVM with this one's class path, runtime directory and relevant flags, that runs a main class built on {@link
 * CommandLoop}. It ends with the test: on {@link #close}, when this JVM exits, and, because its standard input ends,
 * when this JVM is killed. Commands are for one thread at a time; the rest is thread-safe.
 *
 * @since 0.1.0
 */
public final class ForkedJvm implements AutoCloseable {
    private static final Set<ForkedJvm> ALIVE = ConcurrentHashMap.newKeySet();
    private static final Set<String> HANDED_ON = ConcurrentHashMap.newKeySet();
    private static final String GONE = "@gone";
    private static final int KEPT_CHARACTERS = 64 * 1024;
    private static final long LOOK_MILLIS = 200;

    private final String name;
    private final Process process;
    private final PrintStream commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    /** Guarded by itself. */
    private final StringBuilder printed = new StringBuilder();

    private ForkedJvm(String name, Process process) {
        this.name = name;
        this.process = process;
        this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        listen(process.getInputStream(), "stdout");
        listen(process.getErrorStream(), "stderr");
        ALIVE.add(this);
    }

    /** Has every JVM that is started from now on begin with this one's value of a system property, such as a server's address. */
    public static void handOn(String property) {
        HANDED_ON.add(property);
    }

    /**
     * Starts a JVM; returns at once.
     *
     * @param main a class whose main method calls {@link CommandLoop#run}
     */
    public static ForkedJvm start(Class<?> main, String... arguments) {
        return start(List.of(), main, arguments);
    }

    /** Like {@link #start(Class, String...)}, with options for the JVM. */
    public static ForkedJvm start(List<String> jvmOptions, Class<?> main, String... arguments) {
        return launch(List.of(), ClassPath.ofThisJvm(), jvmOptions, main, arguments);
    }

    /**
     * Like {@link #start(List, Class, String...)}, with a class path of its own.
     *
     * @param classPath with {@code main} and this kit on it, such as one by {@link ClassPath}
     */
    public static ForkedJvm start(ClassPath classPath, List<String> jvmOptions, Class<?> main, String... arguments) {
        return launch(List.of(), classPath, jvmOptions, main, arguments);
    }

    /**
     * Like {@link #start(Class, String...)}, with a umask for the files that it makes. POSIX only.
     *
     * @param mask in octal digits, such as {@code 022}
     */
    public static ForkedJvm startWithUmask(String mask, Class<?> main, String... arguments) {
        List<String> shell = List.of("/bin/sh", "-c", "umask " + mask + "; exec \"$@\"", "sh");
        return launch(shell, ClassPath.ofThisJvm(), List.of(), main, arguments);
    }

    /** Runs any main class in a JVM to its end, with nothing on its standard input, without the flags of this JVM. */
    public static Ended run(ClassPath classPath, List<String> jvmOptions, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = command(classPath, jvmOptions, main, arguments);
        Process process = TestProcesses.start(new ProcessBuilder(command).redirectErrorStream(true));
        try {
            process.getOutputStream().close();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), printed);
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * How a program ended.
     *
     * @param status its exit status
     * @param printed what it printed, errors too
     * @since 0.1.0
     */
    public record Ended(int status, String printed) {}

    private static List<String> command(
            ClassPath classPath, List<String> jvmOptions, Class<?> main, String... arguments) {
        List<String> command = JavaCommand.of(classPath);
        command.add("-Xmx256m");
        command.add("-D" + TestHome.PROPERTY + "=" + TestHome.current());
        command.add("-D" + TestHome.CONFIGURATION_PROPERTY + "=" + TestHome.configuration());
        command.add("-D" + TestHome.CACHE_PROPERTY + "=" + TestHome.cache());
        HANDED_ON.stream()
                .filter(property -> System.getProperty(property) != null)
                .forEach(property -> command.add("-D" + property + "=" + System.getProperty(property)));
        command.addAll(jvmOptions);
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Starts a JVM with a command before it, such as one that becomes another user. */
    static ForkedJvm launch(
            List<String> prefix, ClassPath classPath, List<String> jvmOptions, Class<?> main, String... arguments) {
        List<String> options = new ArrayList<>(inherited());
        options.addAll(jvmOptions);
        List<String> command = new ArrayList<>(prefix);
        command.addAll(command(classPath, options, main, arguments));
        try {
            return new ForkedJvm(main.getSimpleName(), TestProcesses.start(new ProcessBuilder(command)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a JVM: " + command, e);
        }
    }

    /** Options for access to native code and to internals of the JDK apply to the fork too. */
    private static List<String> inherited() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option ->
                        option.matches("(--add-|--enable-native|--illegal-|--sun-misc|-Dvalise\\.(?!home|config)).*"))
                .toList();
    }

    private static Path tool(String tool) {
        return Path.of(System.getProperty("java.home"), "bin", tool);
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Sends a command and waits for the answer.
     *
     * @param words the command and its arguments, without spaces inside
     * @throws AssertionError when the command threw, or the JVM has ended; with its output
     */
    public String ask(Object... words) {
        tell(words);
        String answer = take(answers);
        if (!answer.startsWith(CommandLoop.OK)) {
            throw new AssertionError(this + ": " + List.of(words) + ": " + answer + printed());
        }
        return answer.substring(CommandLoop.OK.length());
    }

    /** Sends a command that ends the program: an answer may or may not come before the end. */
    public void tell(Object... words) {
        commands.println(List.of(words).stream().map(Object::toString).collect(Collectors.joining(" ")));
    }

    /** Waits for the next message that the program sends by {@link CommandLoop#say}. */
    public String hear() {
        String heard = take(said);
        if (heard.equals(GONE)) {
            throw new AssertionError(this + " is gone" + printed());
        }
        return heard.substring(CommandLoop.SAID.length());
    }

    /** Its output so far, without the answers: the last 64 Ki characters. */
    public String printed() {
        synchronized (printed) {
            return printed.isEmpty() ? "" : "\n--- " + this + " printed:\n" + printed;
        }
    }

    /**
     * Waits until a text is part of its output, which arrives apart from its answers.
     *
     * @throws AssertionError when it has ended without, or this thread is interrupted
     * @since 0.1.0
     */
    public void awaitPrinted(String text) {
        synchronized (printed) {
            while (printed.indexOf(text) < 0) {
                try {
                    boolean alive = isAlive();
                    printed.wait(LOOK_MILLIS);
                    if (!alive && printed.indexOf(text) < 0) {
                        throw new AssertionError(this + " has ended, and did not print: " + text + printed());
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError(this + " did not print yet: " + text + printed(), e);
                }
            }
        }
    }

    /** Ends it as {@code kill -9} does, and waits until the process is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Asks it to end as SIGTERM does, and returns at once: its shutdown hooks run. */
    public void terminate() {
        process.toHandle().destroy(); // unlike Process.destroy, it does not close the streams
    }

    /** Stops it as SIGSTOP does, and returns when all its threads have stopped, which they do one by one. */
    public void freeze() {
        TestProcesses.freeze(process);
    }

    /** Continues it after {@link #freeze}. */
    public void thaw() {
        TestProcesses.thaw(process);
    }

    /** Waits until the process has ended; returns its exit status, or -1 when interrupted. */
    public int awaitExit() {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        ALIVE.remove(this);
        kill();
    }

    /** Kills every forked JVM that was not closed, and returns when they have ended. */
    public static void killAll() {
        ALIVE.forEach(jvm -> jvm.process.destroyForcibly());
        ALIVE.forEach(jvm -> jvm.process.onExit().join());
    }

    /** The thread dumps and the output of every forked JVM. */
    public static String dumpAll() {
        return ALIVE.stream().map(ForkedJvm::dump).collect(Collectors.joining());
    }

    private String dump() {
        try {
            Path file = Files.createTempFile("jstack", ".txt");
            Process jstack = new ProcessBuilder(tool("jstack").toString(), "-l", Long.toString(pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(file.toFile())
                    .start();
            // A stopped process never answers: the output so far is used.
            jstack.waitFor(10, TimeUnit.SECONDS);
            jstack.destroyForcibly();
            String threads = Files.readString(file);
            Files.delete(file);
            return "\n--- threads of " + this + ":\n" + threads + printed();
        } catch (IOException e) {
            return "\n--- no thread dump of " + this + ": " + e + printed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private String take(BlockingQueue<String> queue) {
        try {
            String line = queue.take();
            if (line.equals(GONE)) {
                queue.add(GONE);
            }
            return line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + this + printed(), e);
        }
    }

    private void listen(InputStream stream, String what) {
        Thread listener = new Thread(() -> pump(stream), this + " " + what);
        listener.setDaemon(true);
        listener.start();
    }

    private void pump(InputStream stream) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            lines.lines().forEach(this::sort);
        } catch (IOException | UncheckedIOException e) {
            print("(no more: " + e + ")");
        }
        if (stream == process.getInputStream()) {
            answers.add(GONE);
            said.add(GONE);
        }
    }

    private void sort(String line) {
        if (line.startsWith(CommandLoop.SAID)) {
            said.add(line);
        } else if (line.startsWith(CommandLoop.OK) || line.startsWith(CommandLoop.FAILED)) {
            answers.add(line);
        } else {
            print(line);
        }
    }

    private void print(String line) {
        synchronized (printed) {
            printed.append(line).append('\n');
            printed.delete(0, Math.max(0, printed.length() - KEPT_CHARACTERS));
            printed.notifyAll();
        }
    }

    @Override
    public String toString() {
        return name + "[" + process.pid() + "]";
    }
}
