package io.valise.ipc.loopback;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.LinkContract;

/** What every transport promises, of {@code loopback:}. */
class LoopbackContractTest extends LinkContract {
    @Override
    public Transport transport() {
        return new LoopbackTransport();
    }
}
