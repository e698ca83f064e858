package io.valise.ipc.internal.session;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.work.SerialQueue;
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
 * @param events where the handlers of events run in order, for sessions that follow each other on one connection; null for
 *     a queue per session
 */
public record SessionConfig(
        Services services,
        AccessPolicy access,
        Credentials credentials,
        int maxMessageBytes,
        long requestTimeoutNanos,
        WaitStrategy waitStrategy,
        @Nullable Executor executor,
        @Nullable SerialQueue events) {

    /** How long a call waits that does not say. */
    public static final long DEFAULT_REQUEST_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** How long connecting may take that does not say. */
    public static final long DEFAULT_CONNECT_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How many bytes of received work may wait before reading pauses. */
    long backlogBytes() {
        return Math.max(8L << 20, maxMessageBytes);
    }
}
