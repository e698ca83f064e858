package io.valise.ipc.pipes.windows;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.pipes.windows.model.Machine;
import io.valise.ipc.pipes.windows.model.ModelProcess;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.LinkContract;
import org.junit.jupiter.api.AfterEach;

/** The links of Windows' pipes, over the documented semantics. */
class WindowsLinkContractTest extends LinkContract {
    private static final Machine MACHINE = new Machine();
    private static final ModelProcess PROCESS = MACHINE.process(4711, "S-1-5-21-1-2-3-1001");

    @Override
    public Transport transport() {
        return new ModelTransport(PROCESS);
    }

    @Override
    public boolean betweenProcesses() {
        return false;
    }

    @AfterEach
    void theRulesOfWindowsWereKept() {
        assertThat(MACHINE.violations()).isEmpty();
    }
}
