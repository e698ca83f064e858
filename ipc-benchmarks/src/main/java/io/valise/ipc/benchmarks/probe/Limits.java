package io.valise.ipc.benchmarks.probe;

import io.valise.ipc.benchmarks.peer.TemporaryFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The limits of the machine, by a small C program that is compiled when there is a C compiler. */
public final class Limits implements Probe {
    private static final int ROUNDS = 100_000;
    private static final int FEW_ROUNDS = 20_000;

    @Override
    public String name() {
        return "Limits";
    }

    @Override
    public List<Figure> measure(boolean quick) throws Exception {
        Optional<Path> compiler = compiler();
        if (compiler.isEmpty()) {
            System.out.println("# Limits: not measured, no cc, gcc or clang on the PATH");
            return List.of();
        }
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            String program = compile(compiler.get().toString(), folder.path());
            return figures(run(List.of(program, Integer.toString(quick ? FEW_ROUNDS : ROUNDS))));
        }
    }

    private static Optional<Path> compiler() {
        return Stream.of("cc", "gcc", "clang")
                .flatMap(name -> Programs.find(name).stream())
                .findFirst();
    }

    private static String compile(String compiler, Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("limits.c");
        try (InputStream resource = Limits.class.getResourceAsStream("limits.c")) {
            if (resource == null) {
                throw new IllegalStateException("limits.c is missing from the class path");
            }
            Files.copy(resource, source);
        }
        String program = folder.resolve("limits").toString();
        run(List.of(compiler, "-O2", "-o", program, source.toString()));
        return program;
    }

    private static List<String> run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            reader.lines().forEach(lines::add);
        }
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": exit status: needed=0, actual=" + process.exitValue());
        }
        return lines;
    }

    private List<Figure> figures(List<String> lines) {
        List<Figure> figures = new ArrayList<>();
        for (String line : lines) {
            int space = line.indexOf(' ');
            double nanos = Double.parseDouble(line.substring(space + 1));
            figures.add(Figure.of(name() + "." + line.substring(0, space), "ns/op", nanos));
        }
        return figures;
    }
}
