package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Text that crosses between the operating system and Java: environment variables, arguments, paths, what a child process
 * is given. The JVM converts it by the encoding of the locale that it was started in, and puts replacement characters in
 * the place of what that cannot say, without a word. Here such text is an error: it arrives as it was or not at all.
 *
 * <p>Errors are {@link IpcException}s with the status {@code ACCESS_DENIED}; the message names the text's origin, the
 * encoding, and what to do. Stateless and thread-safe.
 *
 * @since 0.1.0
 */
public final class SystemText {
    private static final char REPLACEMENT = '\ufffd';

    private SystemText() {}

    /**
     * Why a text from the system is not what the system holds; empty when it is. A text that has a U+FFFD of its own
     * cannot be told from a damaged one, and counts as damaged.
     */
    public static Optional<String> damage(String text) {
        return text.indexOf(REPLACEMENT) < 0
                ? Optional.empty()
                : Optional.of("it has bytes that are no text in " + encoding() + ", the encoding of this process: "
                        + advice());
    }

    /**
     * A text from the system, as it is.
     *
     * @param origin what it is, such as the name of its variable
     */
    public static String received(String origin, String text) {
        damage(text).ifPresent(why -> {
            throw refusal(origin, text, why, null);
        });
        return text;
    }

    /**
     * A text as a path.
     *
     * @param origin what it is, such as the name of its variable
     */
    public static Path path(String origin, String text) {
        String whole = received(origin, text);
        try {
            return Path.of(whole);
        } catch (InvalidPathException e) {
            throw refusal(origin, text, "no path in " + encoding() + ", the encoding of this process: " + advice(), e);
        }
    }

    /**
     * A text for the system, such as an argument of a child process, which gets it as it is.
     *
     * @param use what it is for
     */
    public static String sent(String use, String text) {
        if (!isSendable(text)) {
            throw refusal(use, text, encoding() + ", the encoding of this process, cannot say it: " + advice(), null);
        }
        return text;
    }

    /** Checks the command and the environment of a process that is to be started, as {@link #sent}. */
    public static ProcessBuilder sent(ProcessBuilder process) {
        List<String> command = process.command();
        for (int i = 0; i < command.size(); i++) {
            sent(i == 0 ? "program" : "argument " + i + " of " + command.get(0), command.get(i));
        }
        for (Map.Entry<String, String> variable : process.environment().entrySet()) {
            if (!variable.getValue().equals(System.getenv(variable.getKey()))) { // what is inherited keeps its bytes
                sent("name of a variable of " + command.get(0), variable.getKey());
                sent("variable " + variable.getKey() + " of " + command.get(0), variable.getValue());
            }
        }
        return process;
    }

    private static boolean isSendable(String text) {
        return isWindows()
                || charset().map(known -> known.newEncoder().canEncode(text)).orElse(true);
    }

    /** The JVM converts by this one, whatever {@code file.encoding} says. */
    private static String encoding() {
        return System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name());
    }

    private static Optional<Charset> charset() {
        String name = encoding();
        return Charset.isSupported(name) ? Optional.of(Charset.forName(name)) : Optional.empty();
    }

    private static boolean isWindows() {
        return System.getProperty("os.name", "").startsWith("Windows"); // it takes UTF-16
    }

    private static String advice() {
        return "start the process with LC_ALL=C.UTF-8, or use ASCII here";
    }

    private static IpcException refusal(String origin, String text, String why, @Nullable Exception cause) {
        String shown = text.length() <= 200 ? text : text.substring(0, 200) + "…";
        return new IpcException(
                IpcStatus.ACCESS_DENIED, origin + "=\"" + shown + "\": " + why, Delivery.NOT_SENT, cause);
    }
}
