package io.valise.ipc.sharedmem;

import io.valise.ipc.spi.Transport;

/** The transport contract over {@code shm:} without authentication by the kernel. */
class SecretShmLinkTest extends ShmLinkTest {
    @Override
    public Transport transport() {
        return new SecretShm();
    }
}
