package io.valise.ipc.internal.session;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A call under construction. */
final class SessionCall implements IpcConnection.Call {
    private final Calls target;
    private final String service;
    private @Nullable ValueSet metadata;
    private @Nullable Duration timeout;

    /** What a call is made on; without a timeout the connection's own applies. */
    interface Calls {
        ValueSet call(String service, @Nullable ValueSet metadata, ValueSet message, @Nullable Duration timeout);

        CompletableFuture<ValueSet> callAsync(
                String service, @Nullable ValueSet metadata, ValueSet message, @Nullable Duration timeout);

        Flow.Publisher<ValueSet> stream(String service, @Nullable ValueSet metadata, ValueSet message);
    }

    SessionCall(Calls target, String service) {
        this.target = target;
        this.service = Names.check(service);
    }

    @Override
    public IpcConnection.Call metadata(ValueSet beside) {
        metadata = beside.isEmpty() ? null : beside;
        return this;
    }

    @Override
    public IpcConnection.Call timeout(Duration limit) {
        Deadlines.nanos("timeout", limit);
        timeout = limit;
        return this;
    }

    @Override
    public ValueSet request(ValueSet message) {
        return target.call(service, metadata, message, timeout);
    }

    @Override
    public CompletableFuture<ValueSet> requestAsync(ValueSet message) {
        return target.callAsync(service, metadata, message, timeout);
    }

    @Override
    public Flow.Publisher<ValueSet> stream(ValueSet message) {
        return target.stream(service, metadata, message);
    }
}
