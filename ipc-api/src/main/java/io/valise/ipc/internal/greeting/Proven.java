package io.valise.ipc.internal.greeting;

import io.valise.ipc.PeerIdentity;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a peer has proved in the greeting.
 *
 * @param applicationId which application it is
 * @param grants the capabilities accepted of it, and until when
 */
public record Proven(Optional<String> applicationId, Map<String, Instant> grants) {
    public static final Proven NOTHING = new Proven(Optional.empty(), Map.of());

    public static Proven application(String id) {
        return new Proven(Optional.of(id), Map.of());
    }

    public PeerIdentity of(PeerIdentity peer) {
        return applicationId.map(id -> peer.proving(id, grants)).orElse(peer);
    }
}
