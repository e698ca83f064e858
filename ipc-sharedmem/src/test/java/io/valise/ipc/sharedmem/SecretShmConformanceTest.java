package io.valise.ipc.sharedmem;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.rule.ConnectionRules;
import io.valise.ipc.testkit.rule.InFullRun;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What programs are promised over every transport, over {@code shm:} without authentication by the kernel, as far as it differs:
 * the link is the same.
 */
@ExtendWith(ConnectionRules.class)
@InFullRun("SecretShmLinkTest and SecretShmAttacksTest test its connections")
class SecretShmConformanceTest extends ShmConformanceTest {
    @Override
    public Transport transport() {
        return new SecretShm();
    }
}
