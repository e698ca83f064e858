package io.valise.ipc.internal.identity;

import io.valise.ipc.identity.AppIdentity;
import org.jspecify.annotations.Nullable;

/** The session's door into {@link AppIdentity}: signatures for purposes other than the user's data. */
public abstract class IdentityAccess {
    private static volatile @Nullable IdentityAccess instance;

    /** Called once, by the initialiser of {@link AppIdentity}. */
    public static void set(IdentityAccess access) {
        instance = access;
    }

    /** Signs with the identity's key, for a purpose of {@link Ed25519}. */
    public static byte[] sign(AppIdentity identity, String purpose, byte[] data) {
        IdentityAccess found = instance;
        if (found == null) {
            throw new IllegalStateException("AppIdentity did not register its access");
        }
        return found.signFor(identity, purpose, data);
    }

    /** Signs. */
    protected abstract byte[] signFor(AppIdentity identity, String purpose, byte[] data);
}
