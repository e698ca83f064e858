package io.valise.ipc.internal.greeting;

import io.valise.ipc.PeerIdentity;
import java.util.Optional;

/**
 * What a peer has proved in the greeting.
 *
 * @param applicationId which application it is
 * @param grants what was accepted of it
 */
public record Proven(Optional<String> applicationId, AcceptedGrants grants) {
    public static final Proven NOTHING = new Proven(Optional.empty(), AcceptedGrants.NONE);

    public static Proven application(String id) {
        return new Proven(Optional.of(id), AcceptedGrants.NONE);
    }

    public PeerIdentity of(PeerIdentity peer) {
        return applicationId
                .map(id -> peer.proving(id, grants.expiries(), grants::inForce))
                .orElse(peer);
    }
}
