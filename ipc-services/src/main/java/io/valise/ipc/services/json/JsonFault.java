package io.valise.ipc.services.json;

/**
 * The text is not a JSON object, or the object does not describe a ValueSet; the message begins with line and column.
 * Immutable.
 *
 * @since 0.1.0
 */
public final class JsonFault extends Exception {
    private static final long serialVersionUID = 1L;

    JsonFault(int line, int column, String what) {
        super("line " + line + ", column " + column + ": " + what);
    }
}
