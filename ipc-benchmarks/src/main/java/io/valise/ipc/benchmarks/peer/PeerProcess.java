package io.valise.ipc.benchmarks.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Another JVM as the peer of a benchmark. It is ready when {@link #start} returns, its stderr goes to ours, and it ends
 * when its stdin does: at {@link #close} or when this process ends for any reason. Used by one thread.
 */
public final class PeerProcess implements AutoCloseable {
    private static final String READY = "READY ";
    private static final long SECONDS_TO_END = 10;

    private static final BufferedReader PARENT =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private final Process process;
    private final BufferedReader lines;
    private String address = "";

    private PeerProcess(Process process) {
        this.process = process;
        this.lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts a JVM with this one's class path and settings of Valise and waits until it is ready.
     *
     * @param options options of the JVM
     * @param main its main class, which says {@link #ready} and then calls {@link #awaitParentsEnd}
     * @throws IllegalStateException when it ends before it is ready
     */
    public static PeerProcess start(List<String> options, Class<?> main, String... arguments) {
        return start(List.of(), options, main, arguments);
    }

    /** Starts a JVM by another command, such as {@code taskset -c 0}; else as {@link #start(List, Class, String...)}. */
    public static PeerProcess start(List<String> prefix, List<String> options, Class<?> main, String... arguments) {
        return start(prefix, System.getProperty("java.class.path"), options, main.getName(), arguments);
    }

    /** Starts a JVM with another class path; else as {@link #start(List, Class, String...)}. */
    public static PeerProcess start(String classPath, List<String> options, String main, String... arguments) {
        return start(List.of(), classPath, options, main, arguments);
    }

    private static PeerProcess start(
            List<String> prefix, String classPath, List<String> options, String main, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(javaCommand());
        command.addAll(settings());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return new PeerProcess(process).awaitReady(command);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    /** The java command that runs this JVM. */
    public static String javaCommand() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Settings of Valise, so that {@code -jvmArgsAppend -Dvalise.shm.ringBytes=…} holds for both sides. */
    private static List<String> settings() {
        return System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("valise."))
                .map(name -> "-D" + name + "=" + System.getProperty(name))
                .sorted()
                .collect(Collectors.toList());
    }

    private PeerProcess awaitReady(List<String> command) {
        String line = nextLine();
        if (!line.startsWith(READY)) {
            process.destroyForcibly();
            throw new IllegalStateException("the peer did not get ready, first line=\"" + line
                    + "\"; its errors are above; " + String.join(" ", command));
        }
        address = line.substring(READY.length());
        return this;
    }

    /** The address that it passed to {@link #ready}. */
    public String address() {
        return address;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** The next line it prints; empty at its end. */
    public String nextLine() {
        try {
            return Objects.requireNonNullElse(lines.readLine(), "");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what the peer prints, pid=" + process.pid(), e);
        }
    }

    /** Sends it a line that it reads with {@link #hear}. */
    public void tell(String line) {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell the peer anything, pid=" + process.pid(), e);
        }
    }

    /** Ends it, if it has not ended, and waits for that; kills it when that takes longer than ten seconds. */
    @Override
    public void close() {
        if (!process.isAlive()) {
            return;
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            process.destroyForcibly();
            throw new UncheckedIOException("cannot end the peer in good order, pid=" + process.pid(), e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** In the peer: reports that it is ready, and its address. */
    public static void ready(String address) {
        say(READY + address);
    }

    /** In the peer: prints a line that its parent reads with {@link #nextLine}. */
    public static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** In the peer: the next line from its parent; empty when the parent has closed it or has ended. */
    public static String hear() throws IOException {
        return Objects.requireNonNullElse(PARENT.readLine(), "");
    }

    /** In the peer: returns when the parent has closed it or has ended. */
    public static void awaitParentsEnd() throws IOException {
        while (!hear().isEmpty()) {
            // The content of the parent's lines is ignored.
        }
    }
}
