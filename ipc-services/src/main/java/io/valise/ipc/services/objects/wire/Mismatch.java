package io.valise.ipc.services.objects.wire;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import org.jspecify.annotations.Nullable;

/** The exceptions for values that are not of the declared type. */
final class Mismatch {
    private Mismatch() {}

    static IpcException of(String wanted, @Nullable Object found) {
        String actual = found == null ? "null" : found.getClass().getSimpleName();
        return new IpcException(IpcStatus.TYPE_MISMATCH, "expected=" + wanted + ", actual=" + actual);
    }

    /** The same failure with the place where it happened before its message. */
    static IpcException at(String place, RuntimeException failure) {
        Delivery delivery = failure instanceof IpcException known ? known.delivery() : Delivery.UNKNOWN;
        IpcStatus status = failure instanceof IpcException known ? known.status() : IpcStatus.TYPE_MISMATCH;
        String reason = failure instanceof IpcException known ? known.reason() : failure.getMessage();
        return new IpcException(status, place + ": " + reason, delivery, failure);
    }
}
