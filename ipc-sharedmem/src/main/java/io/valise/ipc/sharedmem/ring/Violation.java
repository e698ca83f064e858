package io.valise.ipc.sharedmem.ring;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;

/** Makes the errors for impossible values in shared memory. */
final class Violation {
    private Violation() {}

    static IpcException of(String what, long actual, String limit) {
        return new IpcException(
                IpcStatus.PROTOCOL_ERROR,
                "shm " + what + ": limit=" + limit + ", actual=" + actual
                        + "; the peer or another process wrote to the segment, the connection cannot go on");
    }
}
