package io.valise.ipc;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.internal.endpoint.AtExit;
import io.valise.ipc.internal.endpoint.ServerCore;
import io.valise.ipc.internal.endpoint.Transports;
import io.valise.ipc.internal.frame.MessageLimits;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.session.SessionConfig;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects what makes a server. */
final class ServerBuilder implements IpcServer.Builder {
    private final List<Endpoint> endpoints;
    private final Services services = new Services();
    private final List<Transport> transports = new ArrayList<>();
    private final AtExit exit = new AtExit();
    private Consumer<IpcConnection> onConnect = connection -> {};
    private BiConsumer<IpcConnection, CloseReason> onDisconnect = (connection, reason) -> {};
    private AccessPolicy access = AccessPolicy.sameUser();
    private Credentials credentials = Credentials.NONE;
    private WaitStrategy waitStrategy = WaitStrategy.adaptive();
    private long requestTimeoutNanos = SessionConfig.DEFAULT_REQUEST_TIMEOUT_NANOS;
    private int maxMessageBytes = MessageLimits.DEFAULT_BYTES;
    private @Nullable Executor executor;
    private boolean started;

    ServerBuilder(List<Endpoint> endpoints) {
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("server: needs at least one endpoint such as any:quotes");
        }
        this.endpoints = List.copyOf(endpoints);
    }

    @Override
    public IpcServer.Builder service(String name, RequestHandler handler) {
        services.service(name, requireNonNull(handler));
        return this;
    }

    @Override
    public IpcServer.Builder asyncService(String name, AsyncRequestHandler handler) {
        services.asyncService(name, requireNonNull(handler));
        return this;
    }

    @Override
    public IpcServer.Builder stream(String name, StreamHandler handler) {
        services.stream(name, requireNonNull(handler));
        return this;
    }

    @Override
    public IpcServer.Builder onEvent(String name, EventHandler handler) {
        services.onEvent(name, requireNonNull(handler));
        return this;
    }

    @Override
    public IpcServer.Builder onConnect(Consumer<IpcConnection> listener) {
        onConnect = onConnect.andThen(listener);
        return this;
    }

    @Override
    public IpcServer.Builder onDisconnect(BiConsumer<IpcConnection, CloseReason> listener) {
        onDisconnect = onDisconnect.andThen(listener);
        return this;
    }

    @Override
    public IpcServer.Builder access(AccessPolicy policy) {
        access = requireNonNull(policy);
        return this;
    }

    @Override
    public IpcServer.Builder identity(AppIdentity identity) {
        credentials = credentials.with(identity);
        return this;
    }

    @Override
    public IpcServer.Builder loopbackRules(LoopbackAccessRules rules) {
        credentials = credentials.with(rules);
        return this;
    }

    @Override
    public IpcServer.Builder requestTimeout(Duration timeout) {
        requestTimeoutNanos = Deadline.nanos("requestTimeout", timeout);
        return this;
    }

    @Override
    public IpcServer.Builder maxMessageBytes(int bytes) {
        maxMessageBytes = MessageLimits.check(bytes);
        return this;
    }

    @Override
    public IpcServer.Builder executor(Executor runner) {
        executor = requireNonNull(runner);
        return this;
    }

    @Override
    public IpcServer.Builder waitStrategy(WaitStrategy strategy) {
        waitStrategy = requireNonNull(strategy);
        return this;
    }

    @Override
    public IpcServer.Builder transport(Transport transport) {
        transports.add(requireNonNull(transport));
        return this;
    }

    @Override
    public IpcServer.Builder keepAlive(boolean yes) {
        exit.keepAlive(yes);
        return this;
    }

    @Override
    public IpcServer.Builder closeOnExit(Duration grace) {
        exit.closeAfter(grace);
        return this;
    }

    @Override
    public IpcServer start() {
        if (started) {
            throw new IllegalStateException("this builder has started its server; make a new one");
        }
        started = true;
        SessionConfig config = new SessionConfig(
                services, access, credentials, maxMessageBytes, requestTimeoutNanos, waitStrategy, executor, null);
        return new IpcServer(
                ServerCore.start(endpoints, Transports.with(transports), config, onConnect, onDisconnect, exit));
    }
}
