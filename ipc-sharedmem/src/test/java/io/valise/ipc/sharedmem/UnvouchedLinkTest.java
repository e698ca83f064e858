package io.valise.ipc.sharedmem;

import io.valise.ipc.spi.Transport;

/** The transport contract over {@code shm:} without authentication by the kernel. */
class UnvouchedLinkTest extends ShmLinkTest {
    @Override
    public Transport transport() {
        return new UnvouchedShm();
    }
}
