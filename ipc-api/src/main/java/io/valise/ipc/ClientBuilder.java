package io.valise.ipc;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.internal.endpoint.Dialer;
import io.valise.ipc.internal.endpoint.Starters;
import io.valise.ipc.internal.endpoint.Transports;
import io.valise.ipc.internal.frame.MessageLimits;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.session.SessionConfig;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.SerialLane;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Collects what makes a client's connection. */
final class ClientBuilder implements IpcClient.Builder {
    private final Endpoint endpoint;
    private final Services services = new Services();
    private final List<Transport> transports = new ArrayList<>();
    private long connectTimeoutNanos = SessionConfig.DEFAULT_CONNECT_TIMEOUT_NANOS;
    private long requestTimeoutNanos = SessionConfig.DEFAULT_REQUEST_TIMEOUT_NANOS;
    private int maxMessageBytes = MessageLimits.DEFAULT_BYTES;
    private WaitStrategy waitStrategy = WaitStrategy.adaptive();
    private AccessPolicy access = AccessPolicy.sameUser();
    private @Nullable Executor executor;
    private Credentials credentials = Credentials.NONE;
    private @Nullable ReconnectPolicy reconnect;
    private boolean startIfAbsent;

    ClientBuilder(Endpoint endpoint) {
        this.endpoint = requireNonNull(endpoint, "endpoint");
    }

    @Override
    public IpcClient.Builder connectTimeout(Duration timeout) {
        connectTimeoutNanos = Deadline.nanos("connectTimeout", timeout);
        return this;
    }

    @Override
    public IpcClient.Builder requestTimeout(Duration timeout) {
        requestTimeoutNanos = Deadline.nanos("requestTimeout", timeout);
        return this;
    }

    @Override
    public IpcClient.Builder maxMessageBytes(int bytes) {
        maxMessageBytes = MessageLimits.check(bytes);
        return this;
    }

    @Override
    public IpcClient.Builder waitStrategy(WaitStrategy strategy) {
        waitStrategy = requireNonNull(strategy);
        return this;
    }

    @Override
    public IpcClient.Builder reconnect(ReconnectPolicy policy) {
        reconnect = requireNonNull(policy);
        return this;
    }

    @Override
    public IpcClient.Builder startIfAbsent(boolean start) {
        startIfAbsent = start;
        return this;
    }

    @Override
    public IpcClient.Builder transport(Transport transport) {
        transports.add(requireNonNull(transport));
        return this;
    }

    @Override
    public IpcClient.Builder service(String name, RequestHandler handler) {
        services.service(name, requireNonNull(handler));
        return this;
    }

    @Override
    public IpcClient.Builder asyncService(String name, AsyncRequestHandler handler) {
        services.asyncService(name, requireNonNull(handler));
        return this;
    }

    @Override
    public IpcClient.Builder stream(String name, StreamHandler handler) {
        services.stream(name, requireNonNull(handler));
        return this;
    }

    @Override
    public IpcClient.Builder onEvent(String name, EventHandler handler) {
        services.onEvent(name, requireNonNull(handler));
        return this;
    }

    @Override
    public IpcClient.Builder access(AccessPolicy policy) {
        access = requireNonNull(policy);
        return this;
    }

    @Override
    public IpcClient.Builder executor(Executor runner) {
        executor = requireNonNull(runner);
        return this;
    }

    @Override
    public IpcClient.Builder identity(AppIdentity identity) {
        credentials = credentials.with(identity);
        return this;
    }

    @Override
    public IpcClient.Builder grant(CapabilityGrant grant) {
        credentials = credentials.with(grant);
        return this;
    }

    @Override
    public IpcClient.Builder loopbackRules(LoopbackAccessRules rules) {
        credentials = credentials.with(rules);
        return this;
    }

    @Override
    public IpcConnection connect() {
        return dialer().connect(connectTimeoutNanos, reconnect);
    }

    @Override
    public CompletableFuture<IpcConnection> connectAsync() {
        return dialer().connectAsync(connectTimeoutNanos, reconnect);
    }

    private Dialer dialer() {
        SessionConfig config = new SessionConfig(
                new Services(services), // what is added to one connection later is not for the builder's next ones
                access,
                credentials.complete(),
                maxMessageBytes,
                requestTimeoutNanos,
                waitStrategy,
                executor,
                reconnect == null ? null : new SerialLane());
        Dialer dialer = new Dialer(endpoint, Transports.with(transports), config);
        return startIfAbsent ? dialer.starting(Starters.find()) : dialer;
    }
}
