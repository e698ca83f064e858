package io.valise.ipc.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.FileFailure;
import io.valise.ipc.spi.runtime.Uninterruptibly;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The folder of an installed version, named by it: a manifest, and the jars in {@code lib}. Immutable. */
final class RuntimeFolder {
    private final Path folder;

    private RuntimeFolder(Path folder) {
        this.folder = folder;
    }

    static RuntimeFolder of(Path folder) {
        return new RuntimeFolder(folder);
    }

    /** The version that its name says; empty where it is no name of a version. */
    Optional<Version> version() {
        return Optional.of(folder.getFileName().toString())
                .filter(RuntimeManifest::isVersion)
                .map(Version::parse);
    }

    /** What it says of itself, with the problem where it does not. */
    InstalledRuntime describe(Version version) {
        try {
            RuntimeManifest manifest = manifest();
            if (!manifest.version().equals(version)) {
                throw new DamageException("the manifest is that of version " + manifest.version());
            }
            List<String> jars = new TreeMap<>(manifest.digests())
                    .keySet().stream()
                            .map(name -> name.substring(name.indexOf('/') + 1))
                            .toList();
            return new InstalledRuntime(version, folder, manifest.api(), jars, Optional.empty());
        } catch (IOException e) {
            String problem = e instanceof DamageException ? String.valueOf(e.getMessage()) : e.toString();
            return new InstalledRuntime(version, folder, VersionRange.any(), List.of(), Optional.of(problem));
        }
    }

    private RuntimeManifest manifest() throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new DamageException("it is a link or a file, and no folder");
        }
        Path file = folder.resolve(RuntimeManifest.FILE);
        try {
            return read(file, RuntimeManifest::read);
        } catch (NoSuchFileException e) {
            throw new DamageException("no " + RuntimeManifest.FILE, e);
        }
    }

    /** Whether it says the same of itself as a bundle. */
    boolean has(RuntimeManifest manifest) {
        try {
            return manifest().equals(manifest);
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** Compares all checksums; the jars. */
    List<Path> verify() {
        try {
            Map<String, String> digests = new TreeMap<>(manifest().digests());
            for (Map.Entry<String, String> jar : digests.entrySet()) {
                RuntimeBundle.check(jar.getKey(), jar.getValue(), digest(jar.getKey()));
            }
            return digests.keySet().stream().map(folder::resolve).toList();
        } catch (DamageException e) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    "run-time part at " + folder + ": " + e.getMessage() + ": `ipc runtime remove "
                            + folder.getFileName() + "`, then install it again",
                    Delivery.NOT_SENT,
                    e);
        } catch (IOException e) {
            throw FileFailure.of("read", folder, e);
        }
    }

    private String digest(String name) throws IOException {
        try {
            return read(folder.resolve(name), Sha256::of);
        } catch (NoSuchFileException e) {
            throw new DamageException(name + " is missing", e);
        }
    }

    /** Makes something of the content of a file. */
    @FunctionalInterface
    private interface Content<T> {
        T of(InputStream in) throws IOException;
    }

    /** An interrupt of the caller, who initialises the runtime perhaps, does not fail it. */
    private static <T> T read(Path file, Content<T> content) throws IOException {
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile()) { // to open a pipe would block
            throw new DamageException(file.getFileName() + " is a link or folder, and no file");
        }
        return Uninterruptibly.call(() -> {
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                return content.of(in);
            }
        });
    }
}
