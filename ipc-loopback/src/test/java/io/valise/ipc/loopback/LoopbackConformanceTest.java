package io.valise.ipc.loopback;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.TransportContract;

/** What programs are promised over every transport, over {@code loopback:}. */
class LoopbackConformanceTest extends TransportContract {
    @Override
    public Transport transport() {
        return new LoopbackTransport();
    }
}
