package io.valise.ipc.nats.link;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A process at the other end of links, and what tells whether it lives. Guarded by {@link Peers}, but the set of its links. */
final class Peer {
    final String inbox;
    final long number;
    final Set<NatsStream> streams = ConcurrentHashMap.newKeySet();
    boolean isHeard = true; // since the last tick that counted, as what follows
    boolean hasAnswered = true;
    long silentMillis;
    long unansweredMillis;
    long sincePingMillis;
    boolean isSuspect;
    long suspectSince;

    Peer(String inbox, long number) {
        this.inbox = inbox;
        this.number = number;
    }

    void heard() {
        isHeard = true;
    }

    void answered() {
        isHeard = true;
        hasAnswered = true;
        isSuspect = false;
    }

    /** Time has passed in which it could be heard: all of it counts where it was not heard in between. */
    void pass(long millis) {
        silentMillis = isHeard ? 0 : silentMillis + millis;
        unansweredMillis = hasAnswered ? 0 : unansweredMillis + millis;
        isHeard = false;
        hasAnswered = false;
    }

    boolean isActive() {
        return streams.stream().anyMatch(NatsStream::isActive);
    }
}
