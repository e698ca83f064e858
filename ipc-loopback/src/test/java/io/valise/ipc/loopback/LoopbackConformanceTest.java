package io.valise.ipc.loopback;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.TransportContract;
import io.valise.ipc.testkit.rule.ConnectionRules;
import org.junit.jupiter.api.extension.ExtendWith;

/** What programs are promised over every transport, over {@code loopback:}. */
@ExtendWith(ConnectionRules.class)
class LoopbackConformanceTest extends TransportContract {
    @Override
    public Transport transport() {
        return new LoopbackTransport();
    }
}
