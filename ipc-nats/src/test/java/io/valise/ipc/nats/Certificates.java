package io.valise.ipc.nats;

import io.valise.ipc.testkit.process.TestProcesses;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** An authority of the tests, by keytool, and what it certifies of one key. For one thread at a time. */
final class Certificates {
    private static final String PASSWORD = "changeit";

    private final Path folder;

    private Certificates(Path folder) {
        this.folder = folder;
    }

    /** What another process has made {@link #in} a folder. */
    static Certificates of(Path folder) {
        return new Certificates(folder);
    }

    /** Makes the authority and the key. */
    static Certificates in(Path folder) throws IOException, InterruptedException {
        Certificates made = new Certificates(folder);
        made.keytool("-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=authority", "-ext", "bc:c=ca:true");
        made.keytool("-genkeypair", "-alias", "leaf", "-keyalg", "EC", "-dname", "CN=leaf");
        Files.writeString(made.file("request"), made.keytool("-certreq", "-alias", "leaf"));
        Files.writeString(made.file("ca.pem"), made.keytool("-exportcert", "-alias", "ca", "-rfc"));
        Files.writeString(made.file("key.pem"), made.pem());
        return made;
    }

    /** Certifies the key for a host, a name or an address of four numbers, from so many days ago on, for so many days. */
    Path certified(String name, String host, int daysAgo, int days) throws IOException, InterruptedException {
        return Files.writeString(
                file(name + ".pem"),
                keytool(
                        "-gencert",
                        "-alias",
                        "ca",
                        "-rfc",
                        "-infile",
                        file("request").toString(),
                        "-ext",
                        (host.matches("[0-9.]+") ? "san=ip:" : "san=dns:") + host,
                        "-startdate",
                        "-" + daysAgo + "d",
                        "-validity",
                        Integer.toString(days)));
    }

    /** The lines of a broker's configuration. */
    String[] broker(Path certificate, String... more) {
        List<String> lines = new ArrayList<>(List.of(
                "tls {",
                "  cert_file: \"" + certificate + "\"",
                "  key_file: \"" + file("key.pem") + "\"",
                "  ca_file: \"" + file("ca.pem") + "\"",
                "  timeout: 10"));
        lines.addAll(List.of(more));
        lines.add("}");
        return lines.toArray(String[]::new);
    }

    /** Trusts the authority, and shows a certificate, if there is one. */
    SSLContext context(@Nullable Path shown) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", certificate(file("ca.pem")));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        if (shown != null) {
            Certificate[] chain = {certificate(shown), certificate(file("ca.pem"))};
            own.setKeyEntry("leaf", key(), PASSWORD.toCharArray(), chain);
        }
        keys.init(own, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static Certificate certificate(Path pem) throws IOException, GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(pem)));
    }

    private Key key() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file("keys.p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store.getKey("leaf", PASSWORD.toCharArray());
    }

    private String pem() throws IOException {
        try {
            return "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key().getEncoded())
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (GeneralSecurityException e) {
            throw new IOException("no key", e);
        }
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private String keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", file("keys.p12").toString(), "-storepass", PASSWORD));
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        Process keytool =
                TestProcesses.start(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD));
        String printed = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool failed: " + printed);
        }
        return printed;
    }
}
