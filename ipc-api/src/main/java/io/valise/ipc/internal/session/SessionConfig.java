package io.valise.ipc.internal.session;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.WaitStrategy;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a session is told by the builder of its end.
 *
 * @param services what this end offers
 * @param access who may call it
 * @param credentials what this end has to show, and whom it deals with
 * @param maxMessageBytes the longest message this end takes
 * @param requestTimeoutNanos how long a call waits that does not say
 * @param waitStrategy how readers wait
 * @param executor runs the handlers; null for the reader itself, with takeover
 */
public record SessionConfig(
        Services services,
        AccessPolicy access,
        Credentials credentials,
        int maxMessageBytes,
        long requestTimeoutNanos,
        WaitStrategy waitStrategy,
        @Nullable Executor executor) {

    /** The least that {@code maxMessageBytes} may be: greetings must fit. */
    public static final int LEAST_MAX_MESSAGE_BYTES = 4096;

    /** The most that {@code maxMessageBytes} may be. */
    public static final int MOST_MAX_MESSAGE_BYTES = 1 << 30;

    /** The default {@code maxMessageBytes}. */
    public static final int DEFAULT_MAX_MESSAGE_BYTES = 16 << 20;

    /** How long a call waits that does not say. */
    public static final long DEFAULT_REQUEST_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** How long connecting may take that does not say. */
    public static final long DEFAULT_CONNECT_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Returns the timeout in nanoseconds, if it is positive. */
    public static long checkTimeout(String what, Duration timeout) {
        return Deadlines.nanos(what, timeout);
    }

    /** Returns the bytes, if they are within the limits. */
    public static int checkMaxMessageBytes(int bytes) {
        if (bytes < LEAST_MAX_MESSAGE_BYTES || bytes > MOST_MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("maxMessageBytes: limit=" + LEAST_MAX_MESSAGE_BYTES + " to "
                    + MOST_MAX_MESSAGE_BYTES + ", actual=" + bytes);
        }
        return bytes;
    }

    /** How many bytes of received work may wait before reading pauses. */
    long backlogBytes() {
        return Math.max(8L << 20, maxMessageBytes);
    }
}
