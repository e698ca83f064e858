package io.valise.ipc.internal.jfr;

import io.valise.ipc.CallKind;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

@Name("io.valise.ServerCall")
@Label("Server Call")
@Description("A request or stream of a peer, from when it was read to its answer")
final class ServerCallEvent extends CallFields {
    /** Tells whether a recording asks for these events; is none itself. */
    static final ServerCallEvent PROBE = new ServerCallEvent();

    @Override
    public void ended(IpcConnection connection, CallKind ofKind, String name, IpcStatus how) {
        end();
        if (shouldCommit()) {
            set(connection, ofKind, name, how);
            commit();
        }
    }
}
