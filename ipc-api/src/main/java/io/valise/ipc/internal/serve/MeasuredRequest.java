package io.valise.ipc.internal.serve;

import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.jfr.CallRecord;
import io.valise.ipc.internal.jfr.Recording;
import io.valise.ipc.internal.work.LatencySwitch;
import io.valise.ipc.internal.work.SessionCounters;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** A request that is measured or recorded: other requests have no room for what that takes. Thread-safe. */
public final class MeasuredRequest extends InboundRequest {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final @Nullable CallRecord record = Recording.hasServerCalls() ? Recording.beginServerCall() : null;
    private final long readAt = System.nanoTime();
    private final LatencySwitch latency;
    private final SessionCounters counters;
    private volatile boolean refused;

    public MeasuredRequest(
            Dispatcher dispatcher,
            long id,
            String service,
            ValueSet message,
            ValueSet metadata,
            long deadline,
            boolean stream,
            long firstCredit,
            int bytes) {
        super(dispatcher, id, service, message, metadata, deadline, stream, firstCredit, bytes);
        this.latency = dispatcher.latency();
        this.counters = dispatcher.counters();
    }

    @Override
    void refuse(IpcStatus status, String text) {
        refused = true;
        super.refuse(status, text);
    }

    @Override
    void ended(IpcStatus status) {
        try {
            if (record != null) {
                record.ended(connection(), kind(), service(), status);
            }
            if (latency.isOn() && isCounted()) {
                long now = System.nanoTime();
                counters.took(service(), now - readAt);
                latency.measured(now);
            }
        } catch (RuntimeException | Error e) { // the peer gets its answer all the same
            LOG.log(Level.WARNING, "measuring a request of service " + service() + " failed", e);
        }
    }

    private boolean isCounted() {
        return hasBegun()
                && !isStream()
                && !isCancelled()
                && !refused
                && !service().startsWith(Names.RESERVED_PREFIX);
    }
}
