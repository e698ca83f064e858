package io.valise.ipc.nats;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.Candidate;

/** What the kit must know about {@code nats:}. */
interface NatsCandidate extends Candidate {
    @Override
    default Transport transport() {
        return SharedNats.transport();
    }

    @Override
    default boolean provesSameUser() {
        return false;
    }

    @Override
    default boolean namesAreExclusive() {
        return false;
    }

    @Override
    default boolean usesRuntimeDirectory() {
        return false;
    }

    @Override
    default boolean hasDescriptorPerConnection() {
        return false;
    }
}
