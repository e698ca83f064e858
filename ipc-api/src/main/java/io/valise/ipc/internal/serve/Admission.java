package io.valise.ipc.internal.serve;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.spi.runtime.AuditLog;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides whether the peer of a connection may use a service or event; a refusal is audited. Thread-safe. */
public final class Admission {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    private final IpcConnection connection;
    private final AccessPolicy access;
    private final @Nullable Credentials rules;

    /**
     * @param access the policy of this end
     * @param rules the credentials whose loopback rules hold too; null where there are none
     */
    public Admission(IpcConnection connection, AccessPolicy access, @Nullable Credentials rules) {
        this.connection = connection;
        this.access = access;
        this.rules = rules;
    }

    /** Whether the peer may use the service or event of that name. */
    boolean allows(String name) {
        try {
            Optional<String> refusal = refusal(name);
            if (refusal.isEmpty()) {
                return true;
            }
            AuditLog.refused(connection.endpoint(), connection.peer(), "use " + name, refusal.get());
        } catch (RuntimeException | Error e) { // an Error must not end the reader either
            AuditLog.refused(connection.endpoint(), connection.peer(), "use " + name, "the policy failed: " + e);
            LOG.log(Level.WARNING, "the access policy failed for " + connection + " and " + name, e);
        }
        return false;
    }

    private Optional<String> refusal(String name) {
        PeerIdentity peer = connection.peer();
        if (rules != null) {
            Optional<String> byRules = rules.inRefusal(connection.endpoint(), peer.applicationId());
            if (byRules.isPresent()) {
                return byRules;
            }
        }
        return access.refusal(peer, name);
    }
}
