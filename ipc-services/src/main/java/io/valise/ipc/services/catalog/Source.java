package io.valise.ipc.services.catalog;

import io.valise.ipc.IpcException;
import io.valise.ipc.spi.Transport;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where servers are looked for. Immutable.
 *
 * @param transport lists them
 * @param unlisted is given the error of a transport that reaches other machines and cannot list
 */
record Source(Transport transport, Consumer<? super IpcException> unlisted) {
    /** Those of this machine, whose failures are logged. */
    static List<Source> of(List<Transport> transports) {
        return transports.stream()
                .map(transport -> new Source(transport, failure -> {}))
                .toList();
    }

    boolean isOfNetwork() {
        return transport.reach() == Transport.Reach.NETWORK;
    }
}
