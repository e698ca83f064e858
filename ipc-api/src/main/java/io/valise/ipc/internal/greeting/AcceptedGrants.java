package io.valise.ipc.internal.greeting;

import io.valise.ipc.IpcException;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.internal.identity.IdentityAccess;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The grants that a server accepted of a client. Each is good until it expires or the server's publisher revokes it.
 * Immutable.
 *
 * @param owner the server's identity, whose publisher granted them; null where there are none
 * @param grants the grants
 */
public record AcceptedGrants(@Nullable AppIdentity owner, List<CapabilityGrant> grants) {
    public static final AcceptedGrants NONE = new AcceptedGrants(null, List.of());

    /** Takes a copy of the list. */
    public AcceptedGrants {
        grants = List.copyOf(grants);
    }

    /** The capabilities, and until when the longest grant of each is good. */
    public Map<String, Instant> expiries() {
        Map<String, Instant> expiries = new HashMap<>();
        grants.forEach(grant -> expiries.merge(grant.capability(), grant.expires(), (a, b) -> a.isAfter(b) ? a : b));
        return expiries;
    }

    /** Whether a grant of this capability has neither expired nor been revoked. */
    boolean inForce(String capability) {
        Instant now = Instant.now();
        return owner != null
                && grants.stream()
                        .anyMatch(grant -> grant.capability().equals(capability)
                                && now.isBefore(grant.expires())
                                && revocation(owner, grant).isEmpty());
    }

    /** Why a grant does not count any more, though it has not expired; empty when it does. What cannot be told is a reason. */
    static Optional<String> revocation(AppIdentity owner, CapabilityGrant grant) {
        try {
            return IdentityAccess.revoked(owner, grant.id())
                    ? Optional.of("grant " + grant.id() + " was revoked")
                    : Optional.empty();
        } catch (IpcException unknown) {
            return Optional.of("it cannot be told whether it was revoked: " + unknown.reason());
        }
    }
}
