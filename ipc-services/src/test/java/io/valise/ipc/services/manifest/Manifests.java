package io.valise.ipc.services.manifest;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The configuration folder of the tests: below the runtime directory, and so fresh for each JVM that runs tests. */
public final class Manifests {
    /** What tells a forked JVM where it is. */
    public static final List<String> OPTIONS = List.of("-Dvalise.config=" + home());

    private Manifests() {}

    /** Where it is; this JVM goes by it from now on. */
    public static Path home() {
        Path home = TestHome.path().resolve("config");
        System.setProperty("valise.config", home.toString());
        return home;
    }

    /** Writes a manifest. */
    public static Path write(String kind, String name, ValueSet manifest) {
        return write(kind, name, ValueSetJson.write(manifest));
    }

    /** Writes a file that may be no manifest. */
    public static Path write(String kind, String name, String text) {
        try {
            home();
            return Files.writeString(ManifestFolder.of(kind).create().resolve(name + ".json"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes all of a kind. */
    public static void clear(String kind) {
        home();
        Path folder = ManifestFolder.of(kind).create();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command line that runs a main class in a JVM of its own. */
    public static String[] java(Class<?> main, String... arguments) {
        List<String> command = JavaCommand.ofThisClassPath();
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }
}
