package io.valise.ipc.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.runtime.IpcRuntime.Option;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * The initialisation that a program's settings ask for: system properties, else attributes of the manifest of its jar, which
 * is that of {@code java -jar}, the first of the class path, or the main module. Immutable.
 *
 * @param range the versions
 * @param options what to do about errors
 */
record Automatic(VersionRange range, Set<Option> options) {
    private static final Attributes.Name RANGE = new Attributes.Name("Valise-Runtime-Range");
    private static final Attributes.Name OPTIONS = new Attributes.Name("Valise-Runtime-Options");

    /** The manifest does not change, so it is read once. */
    private static final class OfTheProgram {
        static final Attributes ATTRIBUTES = read();

        private OfTheProgram() {}

        private static Attributes read() {
            try {
                return manifest().map(Manifest::getMainAttributes).orElseGet(Attributes::new);
            } catch (IOException | InvalidPathException | SecurityException e) {
                SafeLog.of(Automatic.class).log(Level.DEBUG, "the program's manifest is not known", e);
                return new Attributes();
            }
        }
    }

    /** Whether a property forbids every initialisation that the program has not called for. */
    static boolean isOff() {
        return "false".equals(System.getProperty("valise.runtime.auto"));
    }

    /**
     * What the settings ask for; empty where they do not.
     *
     * @throws IpcException {@code UNSUPPORTED} when they cannot be understood
     */
    static Optional<Automatic> asked() {
        String range = System.getProperty("valise.runtime.range");
        if (range != null) {
            return Optional.of(of("valise.runtime.range", range, System.getProperty("valise.runtime.options")));
        }
        String attribute = OfTheProgram.ATTRIBUTES.getValue(RANGE);
        return attribute == null
                ? Optional.empty()
                : Optional.of(of(RANGE.toString(), attribute, OfTheProgram.ATTRIBUTES.getValue(OPTIONS)));
    }

    private static Automatic of(String origin, String range, @Nullable String options) {
        try {
            return new Automatic(VersionRange.parse(range), options(options == null ? "" : options));
        } catch (IllegalArgumentException e) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED, origin + " and its options: " + e.getMessage(), Delivery.NOT_SENT, e);
        }
    }

    /** Names separated by commas. */
    static Set<Option> options(String names) {
        Set<Option> options = EnumSet.noneOf(Option.class);
        for (String name : names.split(",", -1)) {
            if (!name.isBlank()) {
                options.add(option(name.strip()));
            }
        }
        return options;
    }

    private static Option option(String name) {
        return Arrays.stream(Option.values())
                .filter(option -> option.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "option: expected one of " + Arrays.toString(Option.values()) + ", actual=\"" + name + '"'));
    }

    private static Optional<Manifest> manifest() throws IOException {
        String mainModule = System.getProperty("jdk.module.main");
        if (mainModule != null) {
            Optional<Module> module = ModuleLayer.boot().findModule(mainModule);
            try (InputStream in = module.isPresent() ? module.get().getResourceAsStream(JarFile.MANIFEST_NAME) : null) {
                return in == null ? Optional.empty() : Optional.of(new Manifest(in));
            }
        }
        String first = System.getProperty("java.class.path", "").split(File.pathSeparator, -1)[0];
        return first.isEmpty() ? Optional.empty() : manifest(Path.of(first));
    }

    private static Optional<Manifest> manifest(Path entry) throws IOException {
        if (Files.isRegularFile(entry)) {
            try (JarFile jar = new JarFile(entry.toFile())) {
                return Optional.ofNullable(jar.getManifest());
            }
        }
        Path file = entry.resolve(JarFile.MANIFEST_NAME);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(new Manifest(in));
        }
    }
}
