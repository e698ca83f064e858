package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.contender.Contenders;
import io.valise.ipc.benchmarks.contender.Exchange;
import io.valise.ipc.benchmarks.contender.Quotes;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import io.valise.ipc.benchmarks.peer.TemporaryFolder;
import io.valise.ipc.benchmarks.probe.Figure;
import io.valise.ipc.benchmarks.probe.Probe;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The time from the start of a fresh JVM to its first reply, with the class path for one transport and a warm server;
 * {@code jvm} is the same JVM without Valise.
 */
public final class ColdStart implements Probe {
    private static final int ROUNDS = 20;
    private static final int FEW_ROUNDS = 5;
    private static final int ROUNDS_NOT_COUNTED = 2;

    private static final String API = "io.valise.ipc.IpcClient";
    private static final Map<String, List<String>> CLASSES = Map.of(
            "shm",
            List.of(
                    API,
                    "io.valise.ipc.sharedmem.ShmTransport",
                    "net.openhft.chronicle.bytes.Bytes",
                    "net.openhft.chronicle.core.Jvm",
                    "org.slf4j.LoggerFactory",
                    "com.sun.jna.Native"),
            "pipe",
            List.of(API, "io.valise.ipc.pipes.PipeTransport"),
            "loopback",
            List.of(
                    API,
                    "io.valise.ipc.loopback.LoopbackTransport",
                    "io.netty.channel.Channel",
                    "io.netty.buffer.ByteBuf",
                    "io.netty.util.AttributeMap",
                    "io.netty.resolver.AddressResolver"));

    @Override
    public String name() {
        return "ColdStart";
    }

    @Override
    public List<Figure> measure(boolean quick) throws Exception {
        Map<String, PeerProcess> servers = new LinkedHashMap<>();
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            for (String scheme : Contenders.TRANSPORTS) {
                servers.put(scheme, Exchange.startServer(scheme));
            }
            return measure(servers, copyOfClient(folder.path()), quick ? FEW_ROUNDS : ROUNDS);
        } finally {
            servers.values().forEach(PeerProcess::close);
        }
    }

    /** One after the other in every round, so that a disturbance of the machine affects all of them. */
    private List<Figure> measure(Map<String, PeerProcess> servers, Path client, int rounds) throws Exception {
        Map<String, List<Double>> millis = new LinkedHashMap<>();
        for (int round = -ROUNDS_NOT_COUNTED; round < rounds; round++) {
            note(millis, round, "jvm", start(client.toString()));
            for (Map.Entry<String, PeerProcess> server : servers.entrySet()) {
                String path = client + File.pathSeparator + classPath(CLASSES.getOrDefault(server.getKey(), List.of()));
                note(
                        millis,
                        round,
                        server.getKey(),
                        start(path, server.getValue().address()));
            }
        }
        List<Figure> figures = new ArrayList<>();
        millis.forEach((what, samples) -> figures.add(new Figure(name() + "." + what, "ms/op", samples)));
        return figures;
    }

    private static void note(Map<String, List<Double>> millis, int round, String what, double sample) {
        if (round >= 0) {
            millis.computeIfAbsent(what, key -> new ArrayList<>()).add(sample);
        }
    }

    private static double start(String classPath, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(PeerProcess.javaCommand(), "-cp", classPath, ColdStartClient.class.getName()));
        command.addAll(List.of(arguments));
        long begun = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            long ended = System.nanoTime();
            if (process.waitFor() != 0 || !"ANSWERED".equals(line)) {
                throw new IOException(String.join(" ", command) + ": no answer; its errors are above");
            }
            return (ended - begun) / 1e6;
        }
    }

    /** The jars that hold some classes. */
    private static String classPath(List<String> classes) throws ClassNotFoundException, URISyntaxException {
        List<String> jars = new ArrayList<>();
        for (String name : classes) {
            Class<?> type = Class.forName(name, false, ColdStart.class.getClassLoader());
            jars.add(Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
        }
        return String.join(File.pathSeparator, jars);
    }

    /** The client's classes alone, since the manifest of their jar names all the other jars. */
    private static Path copyOfClient(Path folder) throws IOException {
        for (Class<?> type : List.of(ColdStartClient.class, Quotes.class)) {
            String file = type.getName().replace('.', '/') + ".class";
            Path copy = folder.resolve(file);
            Files.createDirectories(Objects.requireNonNull(copy.getParent()));
            try (InputStream bytes = Objects.requireNonNull(ColdStart.class.getResourceAsStream("/" + file), file)) {
                Files.copy(bytes, copy);
            }
        }
        return folder;
    }
}
