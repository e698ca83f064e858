package io.valise.ipc.internal.greeting;

import io.valise.ipc.Endpoint;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.spi.runtime.LoopbackRefusal;
import io.valise.ipc.spi.runtime.LoopbackRefusals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an end has to show, and whom it deals with. Immutable.
 *
 * @param identity the application it is, if it says
 * @param grants what a client presents
 * @param rules whom it deals with over loopback; null for everybody of this user
 */
public record Credentials(
        @Nullable AppIdentity identity,
        List<CapabilityGrant> grants,
        @Nullable LoopbackAccessRules rules) {
    /** Nothing to show, no rules. */
    public static final Credentials NONE = new Credentials(null, List.of(), null);

    /** Together they fit into a frame of any transport that carries 16 KiB. */
    static final int MOST_GRANTS = 8;

    private static final String LOOPBACK = "loopback";

    /** With an identity. */
    public Credentials with(AppIdentity shown) {
        if (rules != null && !rules.application().id().equals(shown.id())) {
            throw new IllegalArgumentException("identity: expected that of the loopback access rules, "
                    + rules.application() + ", actual=" + shown);
        }
        return new Credentials(shown, grants, rules);
    }

    /** With one more grant. */
    public Credentials with(CapabilityGrant grant) {
        if (grants.size() == MOST_GRANTS) {
            throw new IllegalArgumentException(
                    "grants of a client: limit=" + MOST_GRANTS + ", actual=" + (MOST_GRANTS + 1));
        }
        List<CapabilityGrant> more = new ArrayList<>(grants);
        more.add(grant);
        return new Credentials(identity, List.copyOf(more), rules);
    }

    /** With rules, and the identity whose they are. */
    public Credentials with(LoopbackAccessRules followed) {
        if (identity != null && !identity.id().equals(followed.applicationId())) {
            throw new IllegalArgumentException(
                    "loopback access rules: expected those of " + identity + ", actual=" + followed.application());
        }
        return new Credentials(followed.application(), grants, followed);
    }

    /** These; null where there are no rules. */
    public @Nullable Credentials withRules() {
        return rules == null ? null : this;
    }

    /** These, if nothing is missing. */
    public Credentials complete() {
        if (identity == null && !grants.isEmpty()) {
            throw new IllegalStateException("grants are for one application: say which this is, by identity(...)");
        }
        return this;
    }

    /** Why a server with these does not deal with a client at an address; empty when it does. */
    public Optional<String> inRefusal(Endpoint endpoint, Optional<String> clientId) {
        LoopbackAccessRules followed = rulesAt(endpoint);
        return followed == null
                ? Optional.empty()
                : told(endpoint, followed, true, clientId, followed.inRefusal(clientId));
    }

    /** Why a client with these does not deal with a server at an address; empty when it does. */
    public Optional<String> outRefusal(Endpoint endpoint, Optional<String> serverId) {
        LoopbackAccessRules followed = rulesAt(endpoint);
        return followed == null
                ? Optional.empty()
                : told(endpoint, followed, false, serverId, followed.outRefusal(serverId));
    }

    private @Nullable LoopbackAccessRules rulesAt(Endpoint endpoint) {
        return endpoint.scheme().equals(LOOPBACK) ? rules : null;
    }

    /** Those who watch for refusals are told of this one. */
    private static Optional<String> told(
            Endpoint endpoint,
            LoopbackAccessRules followed,
            boolean inbound,
            Optional<String> peerId,
            Optional<String> refusal) {
        refusal.ifPresent(because -> LoopbackRefusals.tell(
                LoopbackRefusal.now(endpoint.toString(), followed.applicationId(), inbound, peerId, because)));
        return refusal;
    }
}
