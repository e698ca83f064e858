package io.valise.ipc.identity;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.identity.Ed25519;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.Entries;
import io.valise.ipc.spi.runtime.PrivateFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** A publisher's pair of keys as a file: the private one as RFC 5958 has it, the public one after it, both as PEM. */
final class KeyFile {
    private static final String FOLDER = "keys";
    private static final String SUFFIX = ".key";
    private static final int MAX_BYTES = 4096;
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";

    private KeyFile() {}

    /** The keys of this user's publisher, made on first use. */
    static KeyPair of(String publisher) {
        Path path = path(ConfigurationDirectory.folder(FOLDER), publisher);
        return keys(path, PrivateFile.readOrCreate(path, MAX_BYTES, () -> format(Ed25519.generate())));
    }

    /** The keys of this user's publisher, if there are any; creates nothing. */
    static Optional<KeyPair> find(String publisher) {
        return ConfigurationDirectory.existing(FOLDER)
                .map(folder -> path(folder, publisher))
                .flatMap(path -> PrivateFile.read(path, MAX_BYTES).map(text -> keys(path, text)));
    }

    /** The names of the key files that there are. */
    static List<String> publishers() {
        return ConfigurationDirectory.existing(FOLDER).map(Entries::of).orElse(List.of()).stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.endsWith(SUFFIX))
                .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                .toList();
    }

    private static Path path(Path folder, String publisher) {
        return folder.resolve(publisher + SUFFIX);
    }

    private static KeyPair keys(Path path, String text) {
        try {
            return parse(text);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    "key file " + path + ": " + e.getMessage()
                            + "; restore it, or remove it to become another publisher",
                    Delivery.NOT_SENT,
                    e);
        }
    }

    static String format(KeyPair keys) {
        return block(PRIVATE, keys.getPrivate().getEncoded())
                + block(PUBLIC, keys.getPublic().getEncoded());
    }

    static KeyPair parse(String text) throws GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance("Ed25519");
        PrivateKey secret = factory.generatePrivate(new PKCS8EncodedKeySpec(decoded(PRIVATE, text)));
        PublicKey known = factory.generatePublic(new X509EncodedKeySpec(decoded(PUBLIC, text)));
        byte[] probe = {1};
        if (!Ed25519.verify(known, "key file", probe, Ed25519.sign(secret, "key file", probe))) {
            throw new IllegalArgumentException("the public key is not that of the private one");
        }
        return new KeyPair(known, secret);
    }

    private static String block(String what, byte[] encoded) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return begin(what) + '\n' + base64 + '\n' + end(what) + '\n';
    }

    private static byte[] decoded(String what, String text) {
        int from = text.indexOf(begin(what));
        int to = text.indexOf(end(what));
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("expected \"" + begin(what) + "\" to \"" + end(what) + "\", found none");
        }
        String base64 = text.substring(from + begin(what).length(), to).strip();
        return Base64.getMimeDecoder().decode(base64.getBytes(StandardCharsets.US_ASCII));
    }

    private static String begin(String what) {
        return "-----BEGIN " + what + "-----";
    }

    private static String end(String what) {
        return "-----END " + what + "-----";
    }
}
