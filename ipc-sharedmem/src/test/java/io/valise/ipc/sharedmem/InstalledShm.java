package io.valise.ipc.sharedmem;

import io.valise.ipc.testkit.process.InstalledTransport;

/** {@code system-shm:}, for the kit. */
public final class InstalledShm extends InstalledTransport {
    public InstalledShm() {
        super(new ShmTransport());
    }
}
