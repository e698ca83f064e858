package io.valise.ipc.runtime;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a run-time part says of itself, in the form of a jar's manifest: its version, the versions of {@code ipc-api} that
 * it works with, and the SHA-256 of each of its jars. Immutable.
 *
 * @param version of the part
 * @param api the versions of {@code io.valise.ipc} it works with
 * @param digests the SHA-256 in Base64 by name, such as {@code lib/ipc-pipes.jar}
 */
record RuntimeManifest(Version version, VersionRange api, Map<String, String> digests) {
    /** The name of the file, in a bundle and in the folder of an installed part. */
    static final String FILE = "META-INF/MANIFEST.MF";

    static final int MOST_BYTES = 1 << 20;
    static final int MOST_JARS = 500;

    private static final Attributes.Name VERSION = new Attributes.Name("Valise-Runtime-Version");
    private static final Attributes.Name API = new Attributes.Name("Valise-Runtime-Api");
    private static final Attributes.Name DIGEST = new Attributes.Name("SHA-256-Digest");
    /** A version is the name of a folder. */
    private static final Pattern VERSION_FORM = Pattern.compile("[0-9](?:[A-Za-z0-9.+_-]{0,62}[A-Za-z0-9])?");

    private static final Pattern JAR_FORM = Pattern.compile("lib/[A-Za-z0-9][A-Za-z0-9._+-]{0,199}\\.jar");

    RuntimeManifest {
        digests = Map.copyOf(digests);
    }

    /**
     * Reads one.
     *
     * @throws IOException when it is none; the message says what is wrong
     */
    static RuntimeManifest read(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new IOException(FILE + ": limit=" + MOST_BYTES + " bytes, actual=more");
        }
        Manifest manifest = new Manifest(new ByteArrayInputStream(bytes));
        Attributes main = manifest.getMainAttributes();
        String version = needed(main, VERSION, FILE);
        String api = needed(main, API, FILE);
        Map<String, String> digests = new TreeMap<>();
        for (Map.Entry<String, Attributes> each : manifest.getEntries().entrySet()) {
            digests.put(jar(each.getKey()), needed(each.getValue(), DIGEST, each.getKey()));
        }
        if (digests.isEmpty() || digests.size() > MOST_JARS) {
            throw new IOException(FILE + ": jars: limit=1 to " + MOST_JARS + ", actual=" + digests.size());
        }
        try {
            return new RuntimeManifest(version(version), VersionRange.parse(api), digests);
        } catch (IllegalArgumentException e) {
            throw new IOException(FILE + ": " + e.getMessage(), e);
        }
    }

    private static String needed(Attributes attributes, Attributes.Name name, String of) throws IOException {
        @Nullable String value = attributes.getValue(name);
        if (value == null) {
            throw new IOException(of + ": no " + name + ", so it is no run-time part of Valise");
        }
        return value.strip();
    }

    private static String jar(String name) throws IOException {
        if (!isJar(name)) {
            throw new IOException(FILE + ": expected names such as lib/name.jar, actual=\"" + name + '"');
        }
        return name;
    }

    /** Whether a jar may have a name in a part; it never leads out of the folder. */
    static boolean isJar(String name) {
        return JAR_FORM.matcher(name).matches();
    }

    /**
     * A version that can be the name of a folder.
     *
     * @throws IllegalArgumentException when it cannot
     */
    static Version version(String text) {
        if (!isVersion(text)) {
            throw new IllegalArgumentException(
                    "version: expected a digit, then at most 63 letters, digits and .+_-, actual=\"" + text + '"');
        }
        return Version.parse(text);
    }

    /** Whether a text can be a version, and the name of its folder. */
    static boolean isVersion(String text) {
        return VERSION_FORM.matcher(text).matches();
    }

    /** Writes it as {@link #read} reads it. */
    void write(OutputStream out) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(VERSION, version.toString());
        main.put(API, api.toString());
        new TreeMap<>(digests).forEach((name, digest) -> {
            Attributes attributes = new Attributes();
            attributes.put(DIGEST, digest);
            manifest.getEntries().put(name, attributes);
        });
        manifest.write(out);
    }
}
