package io.valise.ipc.internal.endpoint;

import io.valise.ipc.Endpoint;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.runtime.AuditLog;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many connections of a server each other user of the machine, or of a broker that proves users, has: one of them must
 * not take the descriptors and the memory that the others need. Those of the server's own user are not counted. Thread-safe.
 */
final class UserShares {
    /** System property with the most connections of one user. */
    static final String PROPERTY = "valise.connectionsPerUser";

    private static final int MOST = 128;

    private final int most = Math.max(0, Integer.getInteger(PROPERTY, MOST));
    private final Map<String, Integer> counts = new HashMap<>(); // guarded by itself

    /**
     * Counts a connection; {@link #leave} takes it back. Up to the limit once more are let in, to be told of it by {@link
     * #excess}; after that they are dropped.
     *
     * @return whether it was counted, or need not be
     */
    boolean enter(Endpoint endpoint, PeerIdentity peer) {
        if (!isCounted(peer)) {
            return true;
        }
        synchronized (counts) {
            int now = counts.merge(user(peer), 1, Integer::sum);
            if (now <= 2L * most) {
                return true;
            }
            counts.put(user(peer), now - 1);
        }
        AuditLog.refused(endpoint, peer, "connect", limit(2 * most));
        return false;
    }

    /** Forgets a connection that was counted. */
    void leave(PeerIdentity peer) {
        if (isCounted(peer)) {
            synchronized (counts) {
                counts.computeIfPresent(user(peer), (name, now) -> now == 1 ? null : now - 1);
            }
        }
    }

    /** Why the user of a connection that was counted has too many; empty when it has not. */
    Optional<String> excess(PeerIdentity peer) {
        if (!isCounted(peer)) {
            return Optional.empty();
        }
        synchronized (counts) {
            int now = counts.getOrDefault(user(peer), 0);
            return now <= most ? Optional.empty() : Optional.of(limit(now));
        }
    }

    private String limit(int actual) {
        return "connections of one user: limit=" + most + " (" + PROPERTY + " at the server), actual=" + actual
                + ": close some";
    }

    private static boolean isCounted(PeerIdentity peer) {
        return !peer.sameUser() && peer.user().isPresent();
    }

    private static String user(PeerIdentity peer) {
        return peer.user().orElseThrow();
    }
}
