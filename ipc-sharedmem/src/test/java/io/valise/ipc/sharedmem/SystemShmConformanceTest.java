package io.valise.ipc.sharedmem;

import io.valise.ipc.sharedmem.os.UserAccess;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.TransportContract;
import io.valise.ipc.testkit.process.InstalledTransport;
import io.valise.ipc.testkit.rule.InFullRun;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

/** What programs are promised over every transport, over {@code system-shm:}. */
@EnabledIf(value = "canServe", disabledReason = "needs the access lists of Linux, and native access to set them")
@ExtendWith(InstalledTransport.Groups.class)
@InFullRun("SystemServicesTest tests its connections")
class SystemShmConformanceTest extends TransportContract {
    static boolean canServe() {
        return UserAccess.missing().isEmpty();
    }

    @Override
    public Transport transport() {
        return new InstalledShm();
    }

    /** Root may have a service of its own on this machine, with segments. */
    @Override
    public List<Path> directories() {
        return List.of(TestHome.path());
    }
}
