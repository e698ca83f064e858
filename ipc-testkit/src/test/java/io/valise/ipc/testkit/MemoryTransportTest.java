package io.valise.ipc.testkit;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.rule.ConnectionRules;
import org.junit.jupiter.api.extension.ExtendWith;

/** The engine keeps its promises over the smallest transport there is. */
@ExtendWith(ConnectionRules.class)
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
