package io.valise.ipc.pipes;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.LinkContract;
import org.junit.jupiter.api.condition.OS;

/** On Windows within this process, and where native code is allowed. */
class PipeLinkContractTest extends LinkContract {
    @Override
    public Transport transport() {
        PipeTransport transport = new PipeTransport();
        Availability here = transport.availability();
        assumeTrue(here.available() || !OS.WINDOWS.isCurrentOs(), here.detail());
        return transport;
    }

    @Override
    public boolean betweenProcesses() {
        return !OS.WINDOWS.isCurrentOs();
    }
}
