package io.valise.ipc.internal.jfr;

import io.valise.ipc.CallKind;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Label;
import org.jspecify.annotations.Nullable;

/** What the events of calls have. */
@Enabled(false)
abstract class CallFields extends PeerEvent implements CallRecord {
    @Label("Service")
    @Description("The name of the service or event")
    @Nullable String service;

    @Label("Kind")
    @Description("REQUEST, STREAM or EVENT")
    @Nullable String kind;

    @Label("Status")
    @Description("OK, or why it failed")
    @Nullable String status;

    final void set(IpcConnection connection, CallKind ofKind, String name, IpcStatus how) {
        about(connection);
        service = name;
        kind = ofKind.name();
        status = how.name();
    }
}
