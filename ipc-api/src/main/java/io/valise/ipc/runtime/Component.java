package io.valise.ipc.runtime;

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
import java.util.Properties;

/**
 * A part of the library that was found, and what is known of its version. Immutable.
 *
 * <p>A named module's descriptor says its version. On the class path the file {@code META-INF/valise/MODULE.properties}
 * says it, which is there too when all jars were merged into one; else the descriptor beside the classes does. The
 * manifest is not asked: that of a merged jar has the version of the application.
 *
 * @param name the module's name, or that of the class where there is no module
 * @param version its version, if it says so
 * @param builtFor the version of {@code io.valise.ipc} it was compiled with, if it says so
 * @param location where it came from
 * @since 0.1.0
 */
public record Component(String name, Optional<Version> version, Optional<Version> builtFor, String location) {
    private static final String API = "io.valise.ipc";

    /** The part that a class belongs to. */
    public static Component of(Class<?> type) {
        String location = location(type).map(URI::toString).orElse("(unknown)");
        ModuleDescriptor module = type.getModule().getDescriptor();
        if (module != null) {
            return of(module, location);
        }
        return stated(type, location)
                .or(() -> besides(type).map(found -> of(found, location)))
                .orElseGet(() -> new Component(type.getName(), Optional.empty(), Optional.empty(), location));
    }

    private static Component of(ModuleDescriptor module, String location) {
        return new Component(module.name(), module.version(), apiOf(module), location);
    }

    /** What the build wrote for the module whose name the package has or begins with. It built the API too. */
    private static Optional<Component> stated(Class<?> type, String location) {
        String name = type.getPackageName();
        while (name.startsWith(API)) {
            Optional<Version> version = statedVersion(type, name);
            if (version.isPresent()) {
                return Optional.of(new Component(name, version, version, location));
            }
            name = name.substring(0, name.lastIndexOf('.'));
        }
        return Optional.empty();
    }

    private static Optional<Version> statedVersion(Class<?> type, String module) {
        String file = "/META-INF/valise/" + module + ".properties";
        try (InputStream in = type.getResourceAsStream(file)) {
            if (in == null) {
                return Optional.empty();
            }
            Properties stated = new Properties();
            stated.load(in);
            return Optional.of(Version.parse(stated.getProperty("version", "")));
        } catch (IOException | IllegalArgumentException e) {
            SafeLog.of(Component.class).log(System.Logger.Level.DEBUG, "no version is known from " + file, e);
            return Optional.empty();
        }
    }

    private static Optional<Version> apiOf(ModuleDescriptor descriptor) {
        return descriptor.requires().stream()
                .filter(requires -> requires.name().equals(API))
                .findFirst()
                .flatMap(Requires::compiledVersion);
    }

    /** The descriptor in the jar or folder of a class, unless it is that of another module, as in a merged jar. */
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
        if (Files.notExists(file)) {
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
