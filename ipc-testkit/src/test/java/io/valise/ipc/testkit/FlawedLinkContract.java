package io.valise.ipc.testkit;

import io.valise.ipc.spi.Transport;

/** A transport with the flaw of the moment; not a test by itself, {@link KitCatchesFlawsTest} runs it. */
class FlawedLinkContract extends LinkContract {
    static volatile Flaw flaw = Flaw.NEVER_FULL;

    @Override
    public Transport transport() {
        return new MemoryTransport(flaw);
    }

    @Override
    public boolean betweenProcesses() {
        return false;
    }
}
