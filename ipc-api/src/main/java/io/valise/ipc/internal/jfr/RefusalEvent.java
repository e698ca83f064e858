package io.valise.ipc.internal.jfr;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

@Name("io.valise.Refusal")
@Label("Refusal")
@Description("A request that no handler has seen, or a client that was not let in")
final class RefusalEvent extends PeerEvent {
    @Label("Service")
    @Description("What was asked for: a service, or none for the connection itself")
    @Nullable String service;

    @Label("Status")
    @Description("What the peer was told")
    @Nullable String status;

    @Label("Reason")
    @Description("What the peer was told, in words")
    @Nullable String reason;

    static void emit(IpcConnection connection, @Nullable String name, IpcStatus how, String text) {
        RefusalEvent event = new RefusalEvent();
        if (event.shouldCommit()) {
            event.about(connection);
            event.service = name;
            event.status = how.name();
            event.reason = text;
            event.commit();
        }
    }
}
