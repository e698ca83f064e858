package io.valise.ipc;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a call of the peer: the {@link Request} or the {@link Event} that a handler gets. Thread-safe.
 *
 * <p><b>The current one.</b> {@link #current()} finds it in code to which no handler passes it. It is bound to a thread while
 * that thread runs a method of a remote object, a handler that has {@link Interceptor}s, or the interceptors, and while it is in
 * {@link #call} or {@link #run}. It is not bound for other handlers, whose requests would all take longer.
 *
 * @since 0.1.0
 */
public sealed interface CallContext permits Request, Event {
    /** Whether it is a request, a stream or an event. */
    CallKind kind();

    /** The service called, or the event's name. */
    String name();

    /** The method called, without its parameters, where the service is a remote object; else empty. */
    Optional<String> method();

    /** What the caller sent. */
    ValueSet message();

    /** What travels beside the message (trace context, tenant); empty when nothing does, as beside an event. */
    ValueSet metadata();

    /** Who calls. */
    PeerIdentity caller();

    /** The connection the call came by, to call the caller back. */
    IpcConnection connection();

    /** How long the caller still waits; zero when it has given up, empty when it waits for ever or for nothing. */
    Optional<Duration> remaining();

    /** The call that the calling thread handles; empty when none is bound to it, see above. */
    static Optional<CallContext> current() {
        return Optional.ofNullable(CurrentCall.get());
    }

    /**
     * Does something with this call as the {@link #current() current one} of the calling thread; then the one before is that
     * again. For code that handles the call on another thread, and for handlers that call code that asks.
     *
     * @throws Exception what the action throws
     */
    default <T extends @Nullable Object> T call(Callable<T> action) throws Exception {
        return CurrentCall.during(this, requireNonNull(action, "action"));
    }

    /** Like {@link #call}, without a result. */
    default void run(Runnable action) {
        CurrentCall.during(this, requireNonNull(action, "action"));
    }
}
