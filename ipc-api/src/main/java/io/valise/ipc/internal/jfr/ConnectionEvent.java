package io.valise.ipc.internal.jfr;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcConnection;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

@Name("io.valise.Connection")
@Label("Connection")
@Description("A connection was opened, or has ended")
final class ConnectionEvent extends PeerEvent {
    @Label("Open")
    @Description("Whether it was opened; false when it has ended")
    boolean open;

    @Label("Server")
    @Description("Whether this process is the server")
    boolean server;

    @Label("Age")
    @Description("How long it had been there when it ended")
    @Timespan
    long age;

    @Label("Status")
    @Description("Why it ended")
    @Nullable String status;

    @Label("By Peer")
    @Description("Whether the other end ended it")
    boolean byPeer;

    @Label("Reason")
    @Description("Why it ended, in words")
    @Nullable String reason;

    static void opened(IpcConnection connection, boolean atServer) {
        ConnectionEvent event = new ConnectionEvent();
        if (event.shouldCommit()) {
            event.about(connection);
            event.open = true;
            event.server = atServer;
            event.commit();
        }
    }

    static void closed(IpcConnection connection, boolean atServer, CloseReason why, long ageNanos) {
        ConnectionEvent event = new ConnectionEvent();
        if (event.shouldCommit()) {
            event.about(connection);
            event.server = atServer;
            event.age = ageNanos;
            event.status = why.status().name();
            event.byPeer = why.byPeer();
            event.reason = why.detail();
            event.commit();
        }
    }
}
