package io.valise.ipc.pipes.windows.wine;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Builds src/test/c/win32.c with mingw, and starts it under Wine with a configuration of its own. */
final class WineProgram {
    private static final Path TARGET = Path.of("target", "wine").toAbsolutePath();
    private static Path built;

    private WineProgram() {}

    static synchronized Process start() throws IOException {
        if (built == null) {
            built = build();
        }
        return wine(built.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static Path build() throws IOException {
        Files.createDirectories(TARGET);
        Path program = TARGET.resolve("win32.exe");
        run(new ProcessBuilder(
                "x86_64-w64-mingw32-gcc",
                "-O1",
                "-Wall",
                "-Werror",
                "-o",
                program.toString(),
                Path.of("src", "test", "c", "win32.c").toAbsolutePath().toString(),
                "-ladvapi32"));
        run(wine("wineboot", "-i"));
        return program;
    }

    private static ProcessBuilder wine(String... command) {
        File debians = new File("/usr/lib/wine/wine64"); // the wrapper in the path asks for 32-bit Wine too
        ProcessBuilder builder = new ProcessBuilder();
        builder.command().add(debians.canExecute() ? debians.getPath() : "wine");
        builder.command().addAll(List.of(command));
        Map<String, String> environment = builder.environment();
        environment.put("WINEPREFIX", TARGET.resolve("prefix").toString());
        environment.put("WINEDEBUG", "-all");
        environment.remove("DISPLAY");
        return builder;
    }

    private static void run(ProcessBuilder builder) throws IOException {
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("failed: " + builder.command());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted: " + builder.command(), e);
        }
    }
}
