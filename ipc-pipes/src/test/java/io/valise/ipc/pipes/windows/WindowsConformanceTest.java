package io.valise.ipc.pipes.windows;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.pipes.windows.model.Machine;
import io.valise.ipc.pipes.windows.model.ModelProcess;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.TransportContract;
import io.valise.ipc.testkit.rule.ConnectionRules;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** What programs are promised over every transport, over Windows' pipes by the documented semantics. */
@ExtendWith(ConnectionRules.class)
class WindowsConformanceTest extends TransportContract {
    private static final Machine MACHINE = new Machine();
    private static final ModelProcess PROCESS =
            MACHINE.process(ProcessHandle.current().pid(), "S-1-5-21-1-2-3-1001");

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
