package io.valise.ipc.cli.option;

import io.valise.ipc.services.files.SharedFiles;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Pattern;

/** A file token given as an argument, or as a line of standard input, which other users cannot see. Stateless. */
public final class TokenArgument {
    /** The argument for standard input. */
    public static final String STANDARD_INPUT = "-";

    /** Why there is standard input, for the description of a command. */
    public static final String ADVICE =
            " Other users can see an argument while this runs (ps); they cannot see standard input.";

    /** What the argument stands for when it is absent or {@code -}, for its description. */
    public static final String ABSENT = " without it, or for -, a line of standard input.";

    private static final Pattern DURABLE = Pattern.compile("[A-Za-z0-9_-]{" + SharedFiles.TOKEN_CHARACTERS + "}");
    private static final int MOST_BYTES = 1024;

    private TokenArgument() {}

    /** The token that an argument gives; for {@code -} a line is read. */
    public static String read(String argument, InputStream input) throws IOException {
        return argument.equals(STANDARD_INPUT) ? line(input) : argument;
    }

    /** Whether it has the form of a durable token. */
    public static boolean isDurable(String token) {
        return DURABLE.matcher(token).matches();
    }

    /** Reads no more than the line: its writer may keep the other end open. */
    private static String line(InputStream input) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = input.read(); next >= 0 && next != '\n'; next = input.read()) {
            if (line.length() == MOST_BYTES) {
                throw new CommandFailure("standard input: the token is a line, limit=" + MOST_BYTES
                        + " bytes, actual=more; give it what `ipc share` printed");
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }
}
