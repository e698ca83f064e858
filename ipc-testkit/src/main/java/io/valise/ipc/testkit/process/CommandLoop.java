package io.valise.ipc.testkit.process;

import io.valise.ipc.spi.Transport;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Used inside a {@link ForkedJvm}: its main method calls {@link #run}, which executes the test's commands, one at a
 * time, until the test closes its standard input. The program's output goes to standard error, since standard output
 * carries the answers.
 *
 * @since 0.1.0
 */
public final class CommandLoop {
    /** Marks the answer to a command that succeeded. */
    static final String OK = "@ok ";
    /** Marks the answer to a command that threw. */
    static final String FAILED = "@failed ";
    /** Marks a message that the program sends without a command. */
    static final String SAID = "@said ";

    private static final Logger LOG = System.getLogger(CommandLoop.class.getName());
    private static final PrintStream ANSWERS = stream(FileDescriptor.out);

    private CommandLoop() {}

    /**
     * Executes the commands of a test in a forked JVM.
     *
     * @since 0.1.0
     */
    @FunctionalInterface
    public interface Commands {
        /**
         * Does one thing.
         *
         * @param arguments without the command's name
         * @return the answer; null stands for an empty one
         * @throws Exception is told to the test
         */
        @Nullable String run(String command, List<String> arguments) throws Exception;
    }

    /** Runs commands until standard input ends, then ends this JVM at once: the test has ended. */
    public static void run(Commands commands) {
        System.setOut(stream(FileDescriptor.err));
        try (BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = asked.readLine(); line != null; line = asked.readLine()) {
                print(answer(commands, line));
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the test is gone", e);
        }
        Runtime.getRuntime().halt(0);
    }

    /** Runs the commands of a peer that uses the transport of a class name, which a test passes to its process. */
    public static void runOver(String transport, Function<Transport, Commands> peer)
            throws ReflectiveOperationException {
        run(peer.apply(Class.forName(transport)
                .asSubclass(Transport.class)
                .getDeclaredConstructor()
                .newInstance()));
    }

    /** Sends the test a message without a command; see {@link ForkedJvm#hear}. */
    public static void say(String text) {
        print(SAID + text);
    }

    private static String answer(Commands commands, String line) {
        List<String> words = List.of(line.split(" "));
        try {
            String answer = commands.run(words.get(0), words.subList(1, words.size()));
            return OK + (answer == null ? "" : answer);
        } catch (Throwable e) {
            // To standard error, which is what the test shows when it fails.
            LOG.log(Level.ERROR, line, e);
            return FAILED + e;
        }
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    private static synchronized void print(String line) {
        ANSWERS.println(line.replace('\n', ' '));
        ANSWERS.flush();
    }
}
