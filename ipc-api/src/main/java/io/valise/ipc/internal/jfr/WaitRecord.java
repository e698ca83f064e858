package io.valise.ipc.internal.jfr;

import io.valise.ipc.PeerIdentity;

/** A wait that has begun and is recorded when it ends. */
@FunctionalInterface
public interface WaitRecord {
    /** It has ended; called once. */
    void ended(PeerIdentity peer);
}
