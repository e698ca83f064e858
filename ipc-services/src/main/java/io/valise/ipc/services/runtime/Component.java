package io.valise.ipc.services.runtime;

import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleDescriptor.Version;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/**
 * A part of the library that was found, and what is known of its version: what its module descriptor says, on the class
 * path too. Immutable.
 *
 * @param name the module's name, or that of the class where there is no module
 * @param version its version, if it says so
 * @param builtFor the version of {@code io.valise.ipc} it was compiled with, if it says so
 * @param location where it came from
 */
public record Component(String name, Optional<Version> version, Optional<Version> builtFor, String location) {
    private static final String API = "io.valise.ipc";

    /** The part that a class belongs to. */
    static Component of(Class<?> type) {
        Optional<ModuleDescriptor> descriptor =
                Optional.ofNullable(type.getModule().getDescriptor()).or(() -> besides(type));
        return new Component(
                descriptor.map(ModuleDescriptor::name).orElse(type.getName()),
                descriptor.flatMap(ModuleDescriptor::version),
                descriptor.flatMap(Component::apiOf),
                location(type).map(URI::toString).orElse("(unknown)"));
    }

    private static Optional<Version> apiOf(ModuleDescriptor descriptor) {
        return descriptor.requires().stream()
                .filter(requires -> requires.name().equals(API))
                .findFirst()
                .flatMap(Requires::compiledVersion);
    }

    /** On the class path the descriptor lies unused beside the classes; one of another module, in an uber-jar, is not its. */
    private static Optional<ModuleDescriptor> besides(Class<?> type) {
        return location(type)
                .flatMap(Component::descriptorIn)
                .filter(found -> (type.getPackageName() + '.').startsWith(found.name() + '.'));
    }

    private static Optional<ModuleDescriptor> descriptorIn(URI location) {
        try {
            Path path = Path.of(location);
            if (Files.isDirectory(path)) {
                return read(path.resolve("module-info.class"));
            }
            try (FileSystem jar = FileSystems.newFileSystem(path)) {
                return read(jar.getPath("module-info.class"));
            }
        } catch (IOException | RuntimeException e) { // no file, no jar, no descriptor: then nothing is known
            SafeLog.of(Component.class).log(System.Logger.Level.DEBUG, "no version is known of " + location, e);
            return Optional.empty();
        }
    }

    private static Optional<ModuleDescriptor> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(ModuleDescriptor.read(in));
        }
    }

    private static Optional<URI> location(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return name + ' ' + version.map(Version::toString).orElse("(version unknown)") + " from " + location;
    }
}
