package io.valise.ipc.nats.link;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A process at the other end of links, and what tells whether it lives. Guarded by {@link Peers}, but the set of its links. */
final class Peer {
    final String inbox;
    final long number;
    final Set<NatsStream> streams = ConcurrentHashMap.newKeySet();
    long silentMillis;
    long sincePingMillis;
    boolean isSuspect;
    long suspectSince;

    Peer(String inbox, long number) {
        this.inbox = inbox;
        this.number = number;
    }

    boolean isActive() {
        return streams.stream().anyMatch(NatsStream::isActive);
    }
}
