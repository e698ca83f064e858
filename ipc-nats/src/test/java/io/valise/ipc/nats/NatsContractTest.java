package io.valise.ipc.nats;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.LinkContract;

/** What every transport promises, of {@code nats:}. */
@NeedsNats
class NatsContractTest extends LinkContract {
    @Override
    public Transport transport() {
        return SharedNats.transport();
    }

    @Override
    public boolean provesSameUser() {
        return false;
    }

    @Override
    public boolean namesAreExclusive() {
        return false;
    }

    @Override
    public boolean usesRuntimeDirectory() {
        return false;
    }

    @Override
    public boolean hasDescriptorPerConnection() {
        return false;
    }
}
