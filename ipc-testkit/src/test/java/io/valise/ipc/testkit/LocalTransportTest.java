package io.valise.ipc.testkit;

import io.valise.ipc.spi.Transport;

/** What programs are promised over every transport, over {@code local:}. */
class LocalTransportTest extends TransportContract {
    @Override
    public Transport transport() {
        return local();
    }

    @Override
    public boolean betweenProcesses() {
        return false;
    }

    /** The module that has it keeps it to itself and cannot use this kit, which depends on it. */
    static Transport local() {
        try {
            return Class.forName("io.valise.ipc.internal.local.LocalTransport")
                    .asSubclass(Transport.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the transport local: has moved", e);
        }
    }
}
