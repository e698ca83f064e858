package io.valise.ipc.testkit;

import io.valise.ipc.spi.Transport;

/** What every transport promises to the engine, of {@code local:}. */
class LocalLinkTest extends LinkContract {
    @Override
    public Transport transport() {
        return LocalTransportTest.local();
    }

    @Override
    public boolean betweenProcesses() {
        return false;
    }
}
