package io.valise.ipc.services.process;

import io.valise.ipc.spi.runtime.CacheDirectory;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SystemText;
import java.io.File;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command line from a manifest: a program and its arguments, passed to the system as they are, without a shell.
 *
 * @param path the program's file
 * @param arguments its arguments
 */
public record Program(Path path, List<String> arguments) {
    /** Starts its child in a session of its own, which Ctrl-C at the parent's terminal does not reach. */
    private static final List<Path> SETSID = List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));

    /**
     * Finds a command's program.
     *
     * @param command an absolute path or a name on the PATH, then the arguments
     * @throws NoSuchFileException when there is no such file
     * @throws AccessDeniedException when it may not be executed
     */
    public static Program find(List<String> command) throws NoSuchFileException, AccessDeniedException {
        String name = command.get(0);
        Path given = SystemText.path("program", name);
        Path file = given.isAbsolute() ? given : onPath(name, System.getenv("PATH"));
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(file.toString(), null, "no such program");
        }
        if (!Files.isExecutable(file)) {
            throw new AccessDeniedException(file.toString(), null, "not executable for this user");
        }
        return new Program(file, command.subList(1, command.size()));
    }

    static Path onPath(String name, @Nullable String path) throws NoSuchFileException {
        if (path == null || name.contains("/") || name.contains(File.separator)) {
            throw new NoSuchFileException(name, null, "expected an absolute path, or a name on the PATH");
        }
        return Arrays.stream(path.split(File.pathSeparator, -1))
                .filter(folder -> !folder.isBlank() && SystemText.damage(folder).isEmpty())
                .flatMap(folder -> List.of(Path.of(folder, name), Path.of(folder, name + ".exe")).stream())
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .orElseThrow(() -> new NoSuchFileException(name, null, "no such program on the PATH=" + path));
    }

    /** A process of it, described: in the user's home directory, and with this process's runtime, configuration and cache directories. */
    public ProcessBuilder describe() {
        return described(List.of());
    }

    /** Like {@link #describe}, and in a session of its own where the system has a program for that, as Linux does. */
    public ProcessBuilder describeDetached() {
        return described(SETSID.stream()
                .filter(Files::isExecutable)
                .map(Path::toString)
                .limit(1)
                .toList());
    }

    private ProcessBuilder described(List<String> prefix) {
        List<String> line = new ArrayList<>(prefix);
        line.add(path.toString());
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line);
        Path home = SystemText.path("user.home", System.getProperty("user.home", "/"));
        builder.directory(Files.isDirectory(home) ? home.toFile() : null);
        builder.environment().keySet().removeIf(name -> name.startsWith("VALISE_SERVICE")); // for this process
        builder.environment()
                .put("VALISE_HOME", RuntimeDirectory.current().path().toString());
        Path configuration = ConfigurationDirectory.path();
        if (configuration.isAbsolute()) {
            builder.environment().put("VALISE_CONFIG", configuration.toString());
        }
        Path cache = CacheDirectory.path();
        if (cache.isAbsolute()) {
            builder.environment().put("VALISE_CACHE", cache.toString());
        }
        return SystemText.sent(builder);
    }
}
