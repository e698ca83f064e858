package io.valise.ipc.identity;

import io.valise.ipc.internal.identity.Ed25519;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.PrivateFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Properties;

/** The published vectors of identities, and the two identities in them. */
public final class TestKeys {
    private static final String PKCS8_HEAD = "302e020100300506032b657004220420";

    private TestKeys() {}

    /** {@code vectors/identity.properties}. */
    public static Properties vectors() {
        Properties vectors = new Properties();
        try (InputStream in = TestKeys.class.getResourceAsStream("/vectors/identity.properties")) {
            vectors.load(Objects.requireNonNull(in));
            return vectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes of one of them. */
    public static byte[] bytes(String name) {
        return HexFormat.of().parseHex(vectors().getProperty(name));
    }

    /** The client or the server of the vectors, opened from a key file. */
    public static AppIdentity open(String role) {
        PrivateFile.write(ConfigurationDirectory.folder("keys").resolve(role + ".key"), KeyFile.format(pair(role)));
        return AppIdentity.open(role, vectors().getProperty(role + "Application"));
    }

    private static KeyPair pair(String role) {
        byte[] encoded = HexFormat.of().parseHex(PKCS8_HEAD + vectors().getProperty(role + "Secret"));
        try {
            return new KeyPair(
                    Ed25519.key(bytes(role + "Key")),
                    KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
