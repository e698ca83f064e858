package io.valise.ipc.pipes;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.TransportContract;
import io.valise.ipc.testkit.rule.ConnectionRules;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** What programs are promised over every transport, over {@code pipe:}. */
@DisabledOnOs(OS.WINDOWS)
@ExtendWith(ConnectionRules.class)
class PipeConformanceTest extends TransportContract {
    @Override
    public Transport transport() {
        return new PipeTransport();
    }
}
