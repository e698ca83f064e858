package io.valise.ipc.internal.frame;

/** How long the messages may be that an end takes, in bytes: what {@code maxMessageBytes} says. */
public final class MessageLimits {
    /** The least that {@code maxMessageBytes} may be: greetings must fit. */
    public static final int LEAST_BYTES = 4096;

    /** The most that {@code maxMessageBytes} may be. */
    public static final int MOST_BYTES = 1 << 30;

    /** The default {@code maxMessageBytes}. */
    public static final int DEFAULT_BYTES = 16 << 20;

    private MessageLimits() {}

    /** Returns the bytes, if they are within the limits. */
    public static int check(int bytes) {
        if (bytes < LEAST_BYTES || bytes > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "maxMessageBytes: limit=" + LEAST_BYTES + " to " + MOST_BYTES + ", actual=" + bytes);
        }
        return bytes;
    }
}
