package io.valise.ipc.cli.demo;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.JsonFault;
import io.valise.ipc.services.json.ValueSetJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** This command again in a process of its own, which ends when it is closed or this process ends. Thread-safe. */
final class ChildJvm implements AutoCloseable {
    private static final int MOST_ERRORS = 16_384;
    private static final long REAPING_SECONDS = 5;

    private final Process process;
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
    /** Guarded by itself. */
    private final StringBuilder errors = new StringBuilder();

    private final Thread errorReader;

    private ChildJvm(Process process) {
        this.process = process;
        reading(
                "demo-child-out",
                process.getInputStream(),
                line -> lines.add(Optional.of(line)),
                () -> lines.add(Optional.empty()));
        this.errorReader = reading("demo-child-err", process.getErrorStream(), this::keepError, () -> {});
    }

    /** Starts the command with these arguments. */
    static ChildJvm start(String... arguments) {
        try {
            return new ChildJvm(new ProcessBuilder(SameJava.command(arguments)).start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start another Java", e);
        }
    }

    /** The next line of its output; empty when there are no more, or none came in time. */
    Optional<ValueSet> nextLine(long deadlineNanoTime) throws InterruptedException {
        Optional<String> line = lines.poll(deadlineNanoTime - System.nanoTime(), TimeUnit.NANOSECONDS);
        return line == null ? Optional.empty() : line.map(ChildJvm::parsed);
    }

    /** Writes a line to its input. */
    void tell(String line) {
        try {
            OutputStream input = process.getOutputStream();
            input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
        } catch (IOException e) {
            throw new StepFailure("a process of the demo ended early: " + e.getMessage());
        }
    }

    long pid() {
        return process.pid();
    }

    /** What it wrote to standard error; all of it once closed. */
    String errors() {
        synchronized (errors) {
            return errors.toString();
        }
    }

    /** Kills it, and waits until it is gone. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(REAPING_SECONDS, TimeUnit.SECONDS);
            errorReader.join(TimeUnit.SECONDS.toMillis(REAPING_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void keepError(String line) {
        synchronized (errors) {
            if (errors.length() < MOST_ERRORS) {
                errors.append(line).append('\n');
            }
        }
    }

    private static ValueSet parsed(String line) {
        try {
            return ValueSetJson.read(line);
        } catch (JsonFault e) {
            throw new StepFailure("a process of the demo printed \"" + line + "\": " + e.getMessage());
        }
    }

    private static Thread reading(
            String name, InputStream stream, java.util.function.Consumer<String> sink, Runnable atEnd) {
        Thread thread = new Thread(() -> read(stream, sink, atEnd), name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void read(InputStream stream, java.util.function.Consumer<String> sink, Runnable atEnd) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            reader.lines().forEach(sink);
        } catch (IOException | UncheckedIOException e) {
            sink.accept("(its output broke off: " + e.getMessage() + ")"); // it was killed while it wrote
        } finally {
            atEnd.run();
        }
    }
}
