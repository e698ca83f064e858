package io.valise.ipc.sharedmem;

import io.valise.ipc.spi.Transport;

/** What programs are promised over every transport, over {@code shm:} without a kernel that vouches. */
class UnvouchedConformanceTest extends ShmConformanceTest {
    @Override
    public Transport transport() {
        return new UnvouchedShm();
    }
}
