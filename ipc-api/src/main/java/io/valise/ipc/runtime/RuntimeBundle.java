package io.valise.ipc.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.FileFailure;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.Uninterruptibly;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A run-time part of the library in one file, to be {@linkplain InstalledRuntimes#install installed}: a jar with the jars of
 * the part in its folder {@code lib}, and a manifest that names the part's version ({@code Valise-Runtime-Version}), the
 * versions of {@code io.valise.ipc} that it works with ({@code Valise-Runtime-Api}) and each jar with its {@code
 * SHA-256-Digest}. Stateless.
 *
 * @since 0.1.0
 */
public final class RuntimeBundle {
    /** The most bytes of all jars of a bundle: 1 GiB. */
    static final long MOST_BYTES = 1L << 30;

    private static final String API_CLASS = "io/valise/ipc/IpcServer.class";
    /** One time for all entries, so that the same jars make the same bundle. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private RuntimeBundle() {}

    /**
     * Writes a bundle; the same jars make the same bytes. A file of that name is replaced once the new one is complete: at
     * each moment the one or the other is there.
     *
     * @param version a digit, then at most 63 letters, digits and {@code . + _ -}
     * @param api the versions of {@code io.valise.ipc} that it works with; see {@link VersionRange#compatibleWith}
     * @param jars with the transports, {@code ipc-services} and the libraries that these need, and without {@code
     *     ipc-api}, which the application has
     * @throws IllegalArgumentException when a version or jar cannot be in a bundle, the bundle's name is a directory's, or
     *     the directory that it is to be in is absent
     * @throws IpcException {@code ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when files cannot be read or written
     */
    public static void write(Path bundle, Version version, VersionRange api, Collection<Path> jars) {
        Map<String, Path> named = named(jars);
        if (Files.isDirectory(bundle)) {
            throw new IllegalArgumentException("bundle: expected the name of a file, actual=a directory: " + bundle);
        }
        Path parent = bundle.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new IllegalArgumentException("bundle: there is no directory " + parent + ": make it first");
        }
        Path draft = bundle.resolveSibling(".bundle-" + UUID.randomUUID() + ".draft");
        try {
            Map<String, String> digests = new TreeMap<>();
            for (Map.Entry<String, Path> jar : named.entrySet()) {
                digests.put(jar.getKey(), digest(jar.getValue()));
            }
            RuntimeManifest.version(version.toString());
            try {
                write(draft, new RuntimeManifest(version, api, digests), named);
                Files.move(draft, bundle, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw FileFailure.of("write", bundle, e);
        }
    }

    private static Map<String, Path> named(Collection<Path> jars) {
        Map<String, Path> named = new LinkedHashMap<>();
        for (Path jar : jars) {
            String name = "lib/" + jar.getFileName();
            if (!Files.isRegularFile(jar) || !RuntimeManifest.isJar(name)) {
                throw new IllegalArgumentException("jar: expected a file such as ipc-pipes.jar, actual=\"" + jar + '"');
            }
            if (named.putIfAbsent(name, jar) != null) {
                throw new IllegalArgumentException("jar: two of one name: " + named.get(name) + " and " + jar);
            }
        }
        if (named.isEmpty() || named.size() > RuntimeManifest.MOST_JARS) {
            throw new IllegalArgumentException(
                    "jars: limit=1 to " + RuntimeManifest.MOST_JARS + ", actual=" + named.size());
        }
        return named;
    }

    private static String digest(Path jar) throws IOException {
        try {
            checkContent(jar.toString(), jar);
        } catch (DamageException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        try (InputStream in = Files.newInputStream(jar)) {
            return Sha256.of(in);
        }
    }

    /** A part has jars, and none of them has {@code ipc-api}. */
    private static void checkContent(String name, Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            if (zip.getEntry(API_CLASS) != null) {
                throw new DamageException(name + " has the classes of ipc-api, which the application has:"
                        + " leave it out, or both would not know each other's classes");
            }
        } catch (ZipException e) {
            throw new DamageException(name + " is no jar: " + e.getMessage(), e);
        }
    }

    private static void write(Path file, RuntimeManifest manifest, Map<String, Path> jars) throws IOException {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(Deflater.NO_COMPRESSION); // jars are compressed
            zip.putNextEntry(entry(RuntimeManifest.FILE));
            manifest.write(zip);
            for (Map.Entry<String, Path> jar : new TreeMap<>(jars).entrySet()) {
                zip.putNextEntry(entry(jar.getKey()));
                Files.copy(jar.getValue(), zip);
            }
        }
    }

    private static ZipEntry entry(String name) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(NO_TIME);
        return entry;
    }

    /**
     * Writes the content of a bundle into an empty folder and onto the disk, and checks it.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when it is no bundle or damaged, with what is wrong; {@code ACCESS_DENIED}
     *     and {@code RESOURCE_EXHAUSTED} of the file system
     */
    static RuntimeManifest unpack(Path bundle, Path folder) {
        if (!Files.isRegularFile(bundle)) {
            throw new IllegalArgumentException("bundle: expected a file that is there, actual=\"" + bundle + '"');
        }
        if (!Files.isReadable(bundle)) {
            throw FileFailure.of("read", bundle, new AccessDeniedException(bundle.toString()));
        }
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            RuntimeManifest manifest = manifest(zip);
            checkNames(zip, manifest);
            Path meta = Files.createDirectory(folder.resolve("META-INF"));
            Path lib = Files.createDirectory(folder.resolve("lib"));
            long left = MOST_BYTES;
            for (Map.Entry<String, String> jar : new TreeMap<>(manifest.digests()).entrySet()) {
                left -= unpack(zip, jar.getKey(), jar.getValue(), folder.resolve(jar.getKey()), left);
            }
            written(folder.resolve(RuntimeManifest.FILE), out -> {
                manifest.write(out);
                return manifest;
            });
            for (Path each : List.of(lib, meta, folder)) {
                PrivateFile.syncFolder(each);
            }
            return manifest;
        } catch (ZipException | EOFException | DamageException e) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    "bundle " + bundle + ": " + e.getMessage() + ": get or make it again",
                    Delivery.NOT_SENT,
                    e);
        } catch (IOException e) {
            throw FileFailure.of("install into", folder, e);
        }
    }

    private static RuntimeManifest manifest(ZipFile zip) throws IOException {
        ZipEntry entry = zip.getEntry(RuntimeManifest.FILE);
        if (entry == null) {
            throw new DamageException("no " + RuntimeManifest.FILE + ", so it is no run-time part of Valise");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            return RuntimeManifest.read(in);
        } catch (IOException e) {
            throw new DamageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Each jar is there once; beside jars there is META-INF alone, with signatures perhaps. */
    private static void checkNames(ZipFile zip, RuntimeManifest manifest) throws DamageException {
        Map<String, String> missing = new TreeMap<>(manifest.digests());
        for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
            boolean beside = entry.isDirectory() || entry.getName().startsWith("META-INF/");
            if (!beside && missing.remove(entry.getName()) == null) {
                throw new DamageException(
                        "\"" + entry.getName() + "\" is there, but not in the manifest, or there twice");
            }
        }
        if (!missing.isEmpty()) {
            throw new DamageException("in the manifest, but not there: " + String.join(", ", missing.keySet()));
        }
    }

    /** Returns the number of bytes. */
    private static long unpack(ZipFile zip, String name, String digest, Path file, long most) throws IOException {
        String actual = written(file, out -> {
            try (InputStream in = zip.getInputStream(zip.getEntry(name))) {
                return Sha256.copy(in, out, most);
            }
        });
        check(name, digest, actual);
        checkContent(name, file);
        return Files.size(file);
    }

    /** Writes the content of a file. */
    @FunctionalInterface
    private interface Content<T> {
        T writeTo(OutputStream out) throws IOException;
    }

    /** A new file, on the disk. */
    private static <T> T written(Path file, Content<T> content) throws IOException {
        return Uninterruptibly.call(() -> {
            Files.deleteIfExists(file); // by an attempt that an interrupt ended
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                T result = content.writeTo(Channels.newOutputStream(channel));
                channel.force(true);
                return result;
            }
        });
    }

    /** Compares checksums. */
    static void check(String name, String expected, String actual) throws DamageException {
        if (!actual.equals(expected)) {
            throw new DamageException(name + ": SHA-256 expected=" + expected + ", actual=" + actual);
        }
    }
}
