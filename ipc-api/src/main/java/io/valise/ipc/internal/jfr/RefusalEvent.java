package io.valise.ipc.internal.jfr;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.RateLimit;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

@Name("io.valise.Refusal")
@Label("Refusal")
@Description("A request that no handler has seen, or a client that was not let in")
final class RefusalEvent extends PeerEvent {
    /** A peer may ask for what it is refused without end, and must not push other events out of a recording. */
    private static final RateLimit LIMIT = new RateLimit(100, TimeUnit.SECONDS.toNanos(1));

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
        if (event.shouldCommit() && LIMIT.take(System.nanoTime()) > 0) {
            event.about(connection);
            event.service = name;
            event.status = how.name();
            event.reason = text;
            event.commit();
        }
    }
}
