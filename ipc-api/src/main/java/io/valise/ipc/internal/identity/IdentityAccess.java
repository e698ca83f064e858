package io.valise.ipc.internal.identity;

import io.valise.ipc.IpcException;
import io.valise.ipc.identity.AppIdentity;
import org.jspecify.annotations.Nullable;

/** What the session uses of {@link AppIdentity}: signatures for purposes other than the user's data, and revocations. */
public abstract class IdentityAccess {
    private static volatile @Nullable IdentityAccess instance;

    /** Called once, by the initialiser of {@link AppIdentity}. */
    public static void set(IdentityAccess access) {
        instance = access;
    }

    /** Signs with the identity's key, for a purpose of {@link Ed25519}. */
    public static byte[] sign(AppIdentity identity, String purpose, byte[] data) {
        return access().signFor(identity, purpose, data);
    }

    /**
     * Whether the identity's publisher has revoked a grant, as far as was known a second ago at most.
     *
     * @throws IpcException {@code ACCESS_DENIED}, {@code PROTOCOL_ERROR} or {@code RESOURCE_EXHAUSTED} when that cannot be
     *     read
     */
    public static boolean revoked(AppIdentity identity, String grantId) {
        return access().isRevoked(identity, grantId);
    }

    private static IdentityAccess access() {
        IdentityAccess found = instance;
        if (found == null) {
            throw new IllegalStateException("AppIdentity did not register its access");
        }
        return found;
    }

    /** Signs. */
    protected abstract byte[] signFor(AppIdentity identity, String purpose, byte[] data);

    /** Tells. */
    protected abstract boolean isRevoked(AppIdentity identity, String grantId);
}
