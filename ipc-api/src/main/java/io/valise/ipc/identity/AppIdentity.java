package io.valise.ipc.identity;

import io.valise.ipc.IpcException;
import io.valise.ipc.internal.identity.Ed25519;
import io.valise.ipc.internal.identity.IdentityAccess;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who an application is: its name, and a publisher that certifies it with an Ed25519 key (RFC 8032). The key is a file
 * {@code keys/<publisher>.key} in the user's configuration folder, mode 0600, made on first use; a process that can read it
 * can speak for every application of that publisher. So this tells applications of one user apart as far as they keep
 * to the rules; it does not protect one program from a hostile one of the same user.
 *
 * <p>The configuration folder is the system property {@code valise.config}, else {@code $VALISE_CONFIG}, else
 * {@code $XDG_CONFIG_HOME/valise} or {@code ~/.config/valise}; on macOS {@code ~/Library/Application Support/valise}, on
 * Windows {@code %APPDATA%\valise}. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class AppIdentity {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern PUBLISHER_ID = Pattern.compile("[0-9a-hjkmnp-tv-z]{13}");
    static final Pattern ID = Pattern.compile(NAME + "_" + PUBLISHER_ID);
    private static final String DATA = "data 1";

    static {
        IdentityAccess.set(new IdentityAccess() {
            @Override
            protected byte[] signFor(AppIdentity identity, String purpose, byte[] data) {
                return identity.signFor(purpose, data);
            }

            @Override
            protected boolean isRevoked(AppIdentity identity, String grantId) {
                return identity.revoked.has(grantId);
            }
        });
    }

    private final String application;
    private final KeyPair keys;
    private final String publisherId;
    private final RevokedGrants revoked;

    private AppIdentity(String application, KeyPair keys) {
        this.application = application;
        this.keys = keys;
        this.publisherId = Ed25519.idOf(keys.getPublic());
        this.revoked = new RevokedGrants(publisherId);
    }

    /**
     * An application of this user's publisher {@code default}.
     *
     * @param application 1 to 64 characters A-Z a-z 0-9 . _ - that begin with a letter or digit
     * @throws IllegalArgumentException when the name is malformed
     * @throws IpcException as {@link #open(String, String)}
     */
    public static AppIdentity open(String application) {
        return open("default", application);
    }

    /**
     * An application of a publisher whose key this user has, or gets on first use.
     *
     * @param publisher the key file's name, of the same form as the application's
     * @throws IllegalArgumentException when a name is malformed
     * @throws IpcException {@code ACCESS_DENIED} when owner, mode or kind of the file or its folder are not as they must
     *     be, {@code PROTOCOL_ERROR} when it is not a key file, {@code RESOURCE_EXHAUSTED} when it cannot be read or made,
     *     {@code UNSUPPORTED} when this JVM has no Ed25519
     */
    public static AppIdentity open(String publisher, String application) {
        check("publisher", publisher);
        check("application", application);
        return new AppIdentity(application, KeyFile.of(publisher));
    }

    /**
     * An application of a publisher whose key this user has; creates nothing.
     *
     * @return empty when there is no key file of that publisher
     * @throws IllegalArgumentException when a name is malformed
     * @throws IpcException as {@link #open(String, String)}
     */
    public static Optional<AppIdentity> find(String publisher, String application) {
        check("publisher", publisher);
        check("application", application);
        return KeyFile.find(publisher).map(keys -> new AppIdentity(application, keys));
    }

    /**
     * The publishers whose keys this user has, in the order of their names; creates nothing.
     *
     * @throws IpcException {@code ACCESS_DENIED}, {@code RESOURCE_EXHAUSTED} when the folder cannot be read
     */
    public static List<String> publishers() {
        return KeyFile.publishers().stream()
                .filter(name -> NAME.matcher(name).matches())
                .toList();
    }

    /** Whether a text has the form of an {@link #id()}. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /**
     * Refuses what has not the form of an {@link #id()}.
     *
     * @throws IllegalArgumentException when it has not
     */
    public static void requireId(String text) {
        if (!isId(text)) {
            throw new IllegalArgumentException(
                    "application: expected an id such as reader_8wekyb3d8bbwe, actual=\"" + text + '"');
        }
    }

    /** Whether a text has the form of a {@link #publisherId()}. */
    public static boolean isPublisherId(String text) {
        return PUBLISHER_ID.matcher(text).matches();
    }

    private static void check(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    what + " name: expected 1 to 64 characters A-Z a-z 0-9 . _ - that begin with a letter or digit,"
                            + " actual=\"" + name.substring(0, Math.min(80, name.length())) + '"');
        }
    }

    /** The application's name. */
    public String application() {
        return application;
    }

    /** A short hash of the publisher's public key: 13 characters of lower-case base 32. */
    public String publisherId() {
        return publisherId;
    }

    /** {@code application_publisherId}, such as {@code quotes_8wekyb3d8bbwe}. */
    public String id() {
        return application + '_' + publisherId;
    }

    /** The publisher's public key. */
    public PublicKey publicKey() {
        return keys.getPublic();
    }

    /** Signs data with the publisher's key; 64 bytes. Such a signature cannot be used to prove an identity or a grant. */
    public byte[] sign(byte[] data) {
        return signFor(DATA, data);
    }

    /** Whether {@link #sign} made this signature of the data, with the private half of this key. */
    public static boolean verify(PublicKey key, byte[] data, byte[] signature) {
        return Ed25519.verify(key, DATA, data, signature);
    }

    byte[] signFor(String purpose, byte[] data) {
        return Ed25519.sign(keys.getPrivate(), purpose, data);
    }

    /** The id; never the key. */
    @Override
    public String toString() {
        return id();
    }
}
