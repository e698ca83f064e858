package io.valise.ipc.internal.jfr;

import io.valise.ipc.IpcConnection;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

@Name("io.valise.Stall")
@Label("Stall")
@Description(
        "A handler kept the thread that reads its connection for a millisecond or more, so that another thread reads now")
final class StallEvent extends PeerEvent {
    @Label("Service")
    @Description("Whose handler it is")
    @Nullable String service;

    static void emit(IpcConnection connection, String name) {
        StallEvent event = new StallEvent();
        if (event.shouldCommit()) {
            event.about(connection);
            event.service = name;
            event.commit();
        }
    }
}
