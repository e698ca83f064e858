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
 * The inside of a {@link ForkedJvm}: a main method calls {@link #run}, and from then on the process does what the test
 * asks, one command at a time, until the test closes its standard input. What the program prints goes to standard
 * error, for standard output carries the answers.
 *
 * @since 0.1.0
 */
public final class CommandLoop {
    /** Marks the answer to a command that went well. */
    static final String OK = "@ok ";
    /** Marks the answer to a command that threw. */
    static final String FAILED = "@failed ";
    /** Marks what the program says of its own accord. */
    static final String SAID = "@said ";

    private static final Logger LOG = System.getLogger(CommandLoop.class.getName());
    private static final PrintStream ANSWERS = stream(FileDescriptor.out);

    private CommandLoop() {}

    /**
     * Does what a test asks of a forked JVM.
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

    /** Runs commands until standard input ends, then ends this JVM at once: the test is gone. */
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

    /** Runs those of a peer that talks over the transport of a class name, which a test hands to its process. */
    public static void runOver(String transport, Function<Transport, Commands> peer)
            throws ReflectiveOperationException {
        run(peer.apply(Class.forName(transport)
                .asSubclass(Transport.class)
                .getDeclaredConstructor()
                .newInstance()));
    }

    /** Tells the test something it has not asked for; see {@link ForkedJvm#hear}. */
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
