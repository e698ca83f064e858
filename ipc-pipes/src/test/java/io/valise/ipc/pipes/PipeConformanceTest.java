package io.valise.ipc.pipes;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.TransportContract;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What programs are promised over every transport, over {@code pipe:}. */
@DisabledOnOs(OS.WINDOWS)
class PipeConformanceTest extends TransportContract {
    @Override
    public Transport transport() {
        return new PipeTransport();
    }
}
