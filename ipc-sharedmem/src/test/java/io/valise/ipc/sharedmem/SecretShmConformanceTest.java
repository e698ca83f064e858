package io.valise.ipc.sharedmem;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.rule.InFullRun;

/**
 * What programs are promised over every transport, over {@code shm:} without authentication by the kernel.
 */
@InFullRun("SecretShmLinkTest and SecretShmAttacksTest test its connections")
class SecretShmConformanceTest extends ShmConformanceTest {
    @Override
    public Transport transport() {
        return new SecretShm();
    }
}
