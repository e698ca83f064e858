package io.valise.ipc.loopback.link;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;

/** What the parts of a link throw alike. */
final class LinkFailure {
    private LinkFailure() {}

    /** What failed once fails again; the cause tells where it began. */
    static IpcException again(IpcException first) {
        return new IpcException(first.status(), String.valueOf(first.getMessage()), first);
    }

    static IpcException closed() {
        return new IpcException(IpcStatus.CONNECTION_CLOSED, "this end of the link was closed");
    }
}
