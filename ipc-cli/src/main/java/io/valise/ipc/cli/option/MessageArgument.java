package io.valise.ipc.cli.option;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.JsonFault;
import io.valise.ipc.services.json.ValueSetJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A message given as JSON, as {@code @file} or as {@code -} for standard input. Stateless. */
public final class MessageArgument {
    /** What the help says of it. */
    public static final String DESCRIPTION =
            "The message as a JSON object, or @FILE, or - for standard input; default {}."
                    + " A type JSON cannot say: {\"at\": {\"$$type\": \"instant\", \"value\": \"2030-01-31T12:00:00Z\"}}.";

    private static final int MOST_BYTES = 32 << 20;

    private MessageArgument() {}

    /** The message that the argument stands for; files and streams are UTF-8, whatever the locale. */
    public static ValueSet read(String argument, InputStream input) throws JsonFault {
        try {
            if (argument.equals("-")) {
                return ValueSetJson.read(all(argument, input));
            } else if (argument.startsWith("@")) {
                try (InputStream file = Files.newInputStream(Path.of(argument.substring(1)))) {
                    return ValueSetJson.read(all(argument, file));
                }
            }
            return ValueSetJson.read(argument);
        } catch (IOException | InvalidPathException e) {
            throw new CommandFailure("cannot read the message from " + argument + ": " + e + "; is the name right?");
        }
    }

    /** Without this limit a device that never ends would fill the heap before the message is refused. */
    private static byte[] all(String argument, InputStream input) throws IOException {
        byte[] bytes = input.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new CommandFailure(
                    "the message from " + argument + ": limit=" + MOST_BYTES + " bytes of JSON, actual=more");
        }
        return bytes;
    }
}
