package io.valise.ipc.pipes;

import io.valise.ipc.testkit.process.InstalledTransport;

/** {@code system-pipe:}, for the kit. */
public final class InstalledPipe extends InstalledTransport {
    public InstalledPipe() {
        super(new PipeTransport());
    }
}
