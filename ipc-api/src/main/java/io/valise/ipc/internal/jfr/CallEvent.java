package io.valise.ipc.internal.jfr;

import io.valise.ipc.CallKind;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

@Name("io.valise.Call")
@Label("Call")
@Description("A call that this process made, from its beginning to its end")
final class CallEvent extends CallFields {
    /** Tells whether a recording asks for these events; is none itself. */
    static final CallEvent PROBE = new CallEvent();

    @Override
    public void ended(IpcConnection connection, CallKind ofKind, String name, IpcStatus how) {
        end();
        if (shouldCommit()) {
            set(connection, ofKind, name, how);
            commit();
        }
    }
}
