package io.valise.ipc.internal.serve;

import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.jfr.CallRecord;
import io.valise.ipc.internal.jfr.Recording;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** A request that is recorded: other requests have no room for what that takes. Thread-safe. */
public final class MeasuredRequest extends InboundRequest {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final CallRecord record = Recording.beginServerCall();

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
    }

    @Override
    void ended(IpcStatus status) {
        try {
            record.ended(connection(), kind(), service(), status);
        } catch (RuntimeException | Error e) { // the peer gets its answer all the same
            LOG.log(Level.WARNING, "recording a request of service " + service() + " failed", e);
        }
    }
}
