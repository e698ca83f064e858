package io.valise.ipc;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.internal.endpoint.Transports;
import io.valise.ipc.internal.frame.MessageLimits;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.session.SessionConfig;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.SerialQueue;
import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Collects the options that servers and clients share.
 *
 * @param <B> the builder's interface
 */
abstract class CommonBuilder<B extends EndBuilder<B>> implements EndBuilder<B> {
    final Services services = new Services();
    Credentials credentials = Credentials.NONE;
    private final List<Interceptor<OutgoingCall>> interceptors = new ArrayList<>();
    private final List<Transport> transports = new ArrayList<>();
    private long requestTimeoutNanos = SessionConfig.DEFAULT_REQUEST_TIMEOUT_NANOS;
    private int maxMessageBytes = MessageLimits.DEFAULT_BYTES;
    private WaitStrategy waitStrategy = WaitStrategy.adaptive();
    private @Nullable AccessPolicy access;
    private @Nullable Executor executor;

    /** This builder, as its interface. */
    abstract B self();

    @Override
    public B service(String name, RequestHandler handler) {
        services.service(name, requireNonNull(handler));
        return self();
    }

    @Override
    public B asyncService(String name, AsyncRequestHandler handler) {
        services.asyncService(name, requireNonNull(handler));
        return self();
    }

    @Override
    public B stream(String name, StreamHandler handler) {
        services.stream(name, requireNonNull(handler));
        return self();
    }

    @Override
    public B onEvent(String name, EventHandler handler) {
        services.onEvent(name, requireNonNull(handler));
        return self();
    }

    @Override
    public B describe(String service, Class<?> request, Class<?> answer) {
        services.describe(service, TypedCalls.types(request, requireNonNull(answer, "answer")));
        return self();
    }

    @Override
    public B describeEvent(String event, Class<?> type) {
        services.describeEvent(event, TypedCalls.types(type, null));
        return self();
    }

    @Override
    public B interceptHandlers(Interceptor<CallContext> interceptor) {
        services.intercept(requireNonNull(interceptor));
        return self();
    }

    @Override
    public B interceptCalls(Interceptor<OutgoingCall> interceptor) {
        interceptors.add(requireNonNull(interceptor));
        return self();
    }

    @Override
    public B access(AccessPolicy policy) {
        access = requireNonNull(policy);
        return self();
    }

    @Override
    public B identity(AppIdentity identity) {
        credentials = credentials.with(identity);
        return self();
    }

    @Override
    public B loopbackRules(LoopbackAccessRules rules) {
        credentials = credentials.with(rules);
        return self();
    }

    @Override
    public B requestTimeout(Duration timeout) {
        requestTimeoutNanos = Deadline.nanos("requestTimeout", timeout);
        return self();
    }

    @Override
    public B maxMessageBytes(int bytes) {
        maxMessageBytes = MessageLimits.check(bytes);
        return self();
    }

    @Override
    public B executor(Executor runner) {
        executor = requireNonNull(runner);
        return self();
    }

    @Override
    public B waitStrategy(WaitStrategy strategy) {
        waitStrategy = requireNonNull(strategy);
        return self();
    }

    @Override
    public B transport(Transport transport) {
        transports.add(requireNonNull(transport));
        return self();
    }

    /** The given transports, beside those that are found, or that a setting has loaded. */
    final Transports transports() {
        IpcRuntime.ensureTransports();
        return Transports.with(transports);
    }

    /**
     * What its sessions are told.
     *
     * @param offered the services and event handlers
     * @param events where the handlers of events run in order; null for a queue per session
     */
    final SessionConfig config(Services offered, @Nullable SerialQueue events) {
        return new SessionConfig(
                offered,
                access,
                credentials.complete(),
                maxMessageBytes,
                requestTimeoutNanos,
                waitStrategy,
                executor,
                events,
                List.copyOf(interceptors),
                Transport.Reach.MACHINE);
    }
}
