package io.valise.ipc.testkit;

import io.valise.ipc.spi.Transport;

/** The kit finds nothing wrong with a transport that keeps the contract. */
class MemoryLinkTest extends LinkContract {
    @Override
    public Transport transport() {
        return new MemoryTransport(null);
    }

    @Override
    public boolean betweenProcesses() {
        return false;
    }
}
