package io.valise.ipc.pipes;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.process.InstalledTransport;
import io.valise.ipc.testkit.rule.InFullRun;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** What programs are promised over every transport, over {@code system-pipe:}. */
@DisabledOnOs(OS.WINDOWS)
@ExtendWith(InstalledTransport.Groups.class)
@InFullRun("SystemServicesTest tests its connections")
class SystemPipeConformanceTest extends PipeConformanceTest {
    @Override
    public Transport transport() {
        return new InstalledPipe();
    }
}
