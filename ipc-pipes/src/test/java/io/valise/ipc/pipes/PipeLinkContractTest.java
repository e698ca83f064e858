package io.valise.ipc.pipes;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.LinkContract;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
class PipeLinkContractTest extends LinkContract {
    @Override
    public Transport transport() {
        return new PipeTransport();
    }
}
