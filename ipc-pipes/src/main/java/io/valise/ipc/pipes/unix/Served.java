package io.valise.ipc.pipes.unix;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.Listening;

/** A served address, and the socket of its name. Thread-safe. */
record Served(Endpoint endpoint, Listening listening) implements Transport.Listener {
    @Override
    public void close() {
        listening.close();
    }
}
