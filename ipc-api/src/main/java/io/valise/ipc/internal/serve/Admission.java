package io.valise.ipc.internal.serve;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.spi.runtime.AuditLog;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/** Whether the peer of a connection may have what it asks for; a refusal is a line of the audit log. Thread-safe. */
public final class Admission {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final Asker asker;
    private final AccessPolicy access;
    private final Credentials credentials;

    /** By a policy, and by the rules that belong to credentials. */
    public Admission(Asker asker, AccessPolicy access, Credentials credentials) {
        this.asker = asker;
        this.access = access;
        this.credentials = credentials;
    }

    /** Whether it may use the service or event of that name. */
    boolean allows(String name) {
        try {
            Optional<String> refusal = refusal(name);
            if (refusal.isEmpty()) {
                return true;
            }
            AuditLog.refused(asker.endpoint(), asker.peer(), "use " + name, refusal.get());
        } catch (RuntimeException | Error e) { // an Error must not end the reader either
            AuditLog.refused(asker.endpoint(), asker.peer(), "use " + name, "the policy failed: " + e);
            LOG.log(Level.WARNING, "the access policy failed for " + asker + " and " + name, e);
        }
        return false;
    }

    private Optional<String> refusal(String name) {
        PeerIdentity peer = asker.peer();
        Optional<String> byRules =
                asker.isServer() ? credentials.inRefusal(asker.endpoint(), peer.applicationId()) : Optional.empty();
        return byRules.isPresent() ? byRules : access.refusal(peer, name);
    }
}
