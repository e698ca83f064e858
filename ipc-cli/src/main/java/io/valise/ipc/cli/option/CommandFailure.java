package io.valise.ipc.cli.option;

/** A failure of the command itself that its user can act on; the message says what and how. Immutable. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A failure with one or two lines of text. */
    public CommandFailure(String message) {
        super(message);
    }
}
