package io.valise.ipc.internal.jfr;

import io.valise.ipc.CallKind;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;

/** A call that has begun and is recorded when it ends. */
@FunctionalInterface
public interface CallRecord {
    /** It has ended; called once. */
    void ended(IpcConnection connection, CallKind kind, String name, IpcStatus status);
}
