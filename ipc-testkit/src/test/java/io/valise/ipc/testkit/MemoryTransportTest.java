package io.valise.ipc.testkit;

import io.valise.ipc.spi.Transport;

/** The engine keeps its promises over the smallest transport there is. */
class MemoryTransportTest extends TransportContract {
    @Override
    public Transport transport() {
        return new MemoryTransport(null);
    }

    @Override
    public boolean betweenProcesses() {
        return false;
    }
}
