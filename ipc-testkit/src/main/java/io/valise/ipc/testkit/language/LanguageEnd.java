package io.valise.ipc.testkit.language;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.TestProcesses;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * A process that speaks the test protocol of docs/languages.md: it is told in words on its standard input what to do, and
 * answers each line with one line. It ends with its standard input; it is one of the {@link TestProcesses}, so one that
 * does not answer ends with the test that waits for it. Confined to one thread.
 *
 * @since 0.1.0
 */
public final class LanguageEnd implements AutoCloseable {
    private static final HexFormat HEX = HexFormat.of();

    private final List<String> command;
    private final Process process;
    private final PrintStream in;
    private final BufferedReader out;
    private final Set<String> abilities;

    private LanguageEnd(List<String> command, Process process) {
        this.command = command;
        this.process = process;
        this.in = new PrintStream(process.getOutputStream(), true, UTF_8);
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        this.abilities = abilities();
    }

    private Set<String> abilities() {
        List<String> words = words();
        if (!words.get(0).equals("ready")) {
            process.destroyForcibly();
            throw new AssertionError(command + ": expected=ready and its abilities, actual=" + words);
        }
        return Set.copyOf(words.subList(1, words.size()));
    }

    /**
     * Starts a program and waits until it is ready.
     *
     * @param home the runtime directory that it uses
     * @throws UncheckedIOException when it cannot be started
     * @throws AssertionError when it ends, or says something else first
     */
    public static LanguageEnd start(List<String> command, Path home) {
        ProcessBuilder program = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        program.environment().put("VALISE_HOME", home.toString());
        try {
            return new LanguageEnd(command, TestProcesses.start(program));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    /**
     * Whether it said that it can do this: {@code client}, {@code server}, {@code serves}, {@code reconnects}, {@code
     * exchanges}.
     */
    public boolean can(String ability) {
        return abilities.contains(ability);
    }

    /**
     * Has it do something, and waits for the words of its answer.
     *
     * @throws AssertionError when the process ends
     */
    public List<String> ask(String... words) {
        in.println(String.join(" ", words));
        return words();
    }

    /** A message as a word: its bytes in hexadecimal digits. */
    public static String word(ValueSet message) {
        return HEX.formatHex(message.toCbor());
    }

    /** The message of a word. */
    public static ValueSet message(String word) {
        return ValueSet.fromCbor(HEX.parseHex(word));
    }

    private List<String> words() {
        try {
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError(command + " has ended; its standard error says why");
            }
            return List.of(line.split(" "));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what " + command + " answers", e);
        }
    }

    /** Ends its standard input, and waits for its end. */
    @Override
    public void close() {
        in.close();
        process.onExit().join();
    }

    /** What was started. */
    @Override
    public String toString() {
        return command.toString();
    }
}
