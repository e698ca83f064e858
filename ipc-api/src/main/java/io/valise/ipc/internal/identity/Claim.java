package io.valise.ipc.internal.identity;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who an end says it is, before it has proved it.
 *
 * @param application the application's name
 * @param key the 32 bytes of its publisher's key; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // two are never compared
public record Claim(String application, byte[] key) {
    private static final String APPLICATION = "application";
    private static final String KEY = "key";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** Of this end. */
    public static Claim of(AppIdentity identity) {
        return new Claim(identity.application(), Ed25519.raw(identity.publicKey()));
    }

    /** As read from a greeting; empty when it is none. */
    public static Optional<Claim> parse(ValueSet values) {
        return values.find(APPLICATION).orElse(null) instanceof String name
                        && NAME.matcher(name).matches()
                        && values.find(KEY).orElse(null) instanceof byte[] key
                        && key.length == Ed25519.KEY_BYTES
                ? Optional.of(new Claim(name, key))
                : Optional.empty();
    }

    /** As written into a greeting. */
    public ValueSet values() {
        return ValueSet.of(APPLICATION, application, KEY, key);
    }

    /** The application's id: its name, and the short hash of the key. */
    public String id() {
        return application + '_' + Ed25519.idOf(Ed25519.key(key));
    }
}
