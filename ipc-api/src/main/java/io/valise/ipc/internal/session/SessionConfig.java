package io.valise.ipc.internal.session;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Interceptor;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.work.SerialQueue;
import io.valise.ipc.spi.Transport;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a session is told by the builder of its end.
 *
 * @param services what this end offers
 * @param givenAccess who may call it, if the builder was told, or if that follows from its identity
 * @param credentials what this end has to show, and whom it deals with
 * @param maxMessageBytes the longest message this end takes
 * @param requestTimeoutNanos how long a call waits that does not say
 * @param waitStrategy how readers wait
 * @param executor runs the handlers; null for the reader itself, with takeover
 * @param events where the handlers of events run in order, for sessions that follow each other on one connection; null for
 *     a queue per session
 * @param interceptors around the calls that this end makes
 * @param reach how far the link reaches
 */
public record SessionConfig(
        Services services,
        @Nullable AccessPolicy givenAccess,
        Credentials credentials,
        int maxMessageBytes,
        long requestTimeoutNanos,
        WaitStrategy waitStrategy,
        @Nullable Executor executor,
        @Nullable SerialQueue events,
        List<Interceptor<OutgoingCall>> interceptors,
        Transport.Reach reach) {

    /** How long a call waits that does not say. */
    public static final long DEFAULT_REQUEST_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** How long connecting may take that does not say. */
    public static final long DEFAULT_CONNECT_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** The same for a link that reaches so far: one that reaches other machines has another default of who may call. */
    public SessionConfig reaching(Transport.Reach far) {
        if (far == reach) {
            return this;
        }
        AppIdentity own = credentials.identity();
        AccessPolicy access = givenAccess != null || own == null || far == Transport.Reach.MACHINE
                ? givenAccess
                : AccessPolicy.publishers(own.publisherId());
        return new SessionConfig(
                services,
                access,
                credentials,
                maxMessageBytes,
                requestTimeoutNanos,
                waitStrategy,
                executor,
                events,
                interceptors,
                far);
    }

    /**
     * Whether it is known who may call: on one machine the same user, in a network only those whom the builder was told, or
     * who have the same publisher.
     */
    public boolean isAccessKnown() {
        return givenAccess != null || reach == Transport.Reach.MACHINE;
    }

    /** Who may call. */
    public AccessPolicy access() {
        return givenAccess != null ? givenAccess : AccessPolicy.sameUser();
    }

    /** How many bytes of received work may wait before reading pauses. */
    long backlogBytes() {
        return Math.max(8L << 20, maxMessageBytes);
    }
}
