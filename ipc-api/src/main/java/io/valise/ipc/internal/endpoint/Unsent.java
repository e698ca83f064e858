package io.valise.ipc.internal.endpoint;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import java.util.function.Supplier;

/** What a transport does before there is a connection: of whatever fails then, nothing was sent. */
final class Unsent {
    private Unsent() {}

    /** Does it; a failure has the delivery {@code NOT_SENT}, whatever the transport says. */
    static <T> T before(Supplier<T> connection) {
        try {
            return connection.get();
        } catch (IpcException e) {
            throw e.delivery() == Delivery.NOT_SENT
                    ? e
                    : new IpcException(e.status(), e.reason(), Delivery.NOT_SENT, e);
        }
    }
}
