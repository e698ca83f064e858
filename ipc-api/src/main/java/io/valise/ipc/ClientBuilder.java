package io.valise.ipc;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.internal.endpoint.Dialer;
import io.valise.ipc.internal.endpoint.Starters;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.session.SessionConfig;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.SerialQueue;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Collects what makes a client's connection. */
final class ClientBuilder extends CommonBuilder<IpcClient.Builder> implements IpcClient.Builder {
    private final Endpoint endpoint;
    private long connectTimeoutNanos = SessionConfig.DEFAULT_CONNECT_TIMEOUT_NANOS;
    private @Nullable ReconnectPolicy reconnect;
    private boolean startIfAbsent;

    ClientBuilder(Endpoint endpoint) {
        this.endpoint = requireNonNull(endpoint, "endpoint");
    }

    @Override
    IpcClient.Builder self() {
        return this;
    }

    @Override
    public IpcClient.Builder connectTimeout(Duration timeout) {
        connectTimeoutNanos = Deadline.nanos("connectTimeout", timeout);
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
    public IpcClient.Builder grant(CapabilityGrant grant) {
        credentials = credentials.with(grant);
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
        // What is added to one connection later is not for the builder's next ones.
        SessionConfig config = config(new Services(services), reconnect == null ? null : new SerialQueue());
        Dialer dialer = new Dialer(endpoint, transports(), config);
        return startIfAbsent ? dialer.starting(Starters.find()) : dialer;
    }
}
