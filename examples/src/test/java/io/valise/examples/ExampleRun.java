package io.valise.examples;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.JavaCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs the main method of an example in a process of its own, in the tests' runtime and configuration directories. */
public final class ExampleRun {
    private ExampleRun() {}

    /** The command line of an example. */
    public static String[] command(Class<?> example, String... arguments) {
        List<String> command = JavaCommand.ofThisClassPath();
        command.add(example.getName());
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    /** Runs it to its end; returns what it printed, errors too. */
    public static String of(Class<?> example, String... arguments) throws IOException {
        return in(TestHome.path(), example, arguments);
    }

    /** Like {@link #of}, with a runtime directory of its own. */
    public static String in(Path home, Class<?> example, String... arguments) throws IOException {
        Process process = start(home, example, arguments);
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** Starts it; its errors are part of its output. */
    public static Process start(Path home, Class<?> example, String... arguments) throws IOException {
        ProcessBuilder described = new ProcessBuilder(command(example, arguments)).redirectErrorStream(true);
        described.environment().put("VALISE_HOME", home.toString());
        described.environment().put("VALISE_CONFIG", configuration().toString());
        described
                .environment()
                .put("VALISE_CACHE", TestHome.path().resolve("cache").toString());
        return described.start();
    }

    /** Writes a manifest, as a user would. */
    public static void declare(String kind, String name, ValueSet manifest) throws IOException {
        Files.writeString(manifest(kind, name), ValueSetJson.writeIndented(manifest));
    }

    /** Deletes a manifest that another test may have written. */
    public static void undeclare(String kind, String name) throws IOException {
        Files.deleteIfExists(manifest(kind, name));
    }

    private static Path manifest(String kind, String name) {
        useConfiguration();
        return ManifestFolder.of(kind).create().resolve(name + ".json");
    }

    /** Has this process use the configuration folder of the examples. */
    public static void useConfiguration() {
        System.setProperty("valise.config", configuration().toString());
    }

    /** The configuration folder of the examples. */
    public static Path configuration() {
        return TestHome.path().resolve("config");
    }
}
