package io.valise.ipc;

import io.valise.ipc.internal.endpoint.AtExit;
import io.valise.ipc.internal.endpoint.ServerCore;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Collects what makes a server. */
final class ServerBuilder extends CommonBuilder<IpcServer.Builder> implements IpcServer.Builder {
    private final List<Endpoint> endpoints;
    private final AtExit exit = new AtExit();
    private Consumer<IpcConnection> onConnect = connection -> {};
    private BiConsumer<IpcConnection, CloseReason> onDisconnect = (connection, reason) -> {};
    private boolean started;

    ServerBuilder(List<Endpoint> endpoints) {
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("server: needs at least one endpoint such as any:quotes");
        }
        this.endpoints = List.copyOf(endpoints);
    }

    @Override
    IpcServer.Builder self() {
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
    public IpcServer.Builder measureLatency() {
        services.latency().always();
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
        return new IpcServer(
                ServerCore.start(endpoints, transports(), config(services, null), onConnect, onDisconnect, exit));
    }
}
