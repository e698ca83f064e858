package io.valise.ipc.benchmarks.report;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where, when and with what was measured, fact by fact in the order in which they are shown. Used by one thread. */
public final class Machine {
    private static final TypeReference<LinkedHashMap<String, String>> TEXTS = new TypeReference<>() {};

    private static final String BUSY = " (others wanted the processors too: judge nothing by this run)";
    private static final String OWN = " (with the benchmarks' own processes)";

    private final Map<String, String> facts;

    private Machine(Map<String, String> facts) {
        this.facts = facts;
    }

    /** This machine now. */
    public static Machine here() throws IOException {
        Machine machine = new Machine(new LinkedHashMap<>());
        machine.add("When", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        machine.add("Processor", processor() + ", " + Runtime.getRuntime().availableProcessors() + " logical");
        machine.add("System", property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
        machine.add("Java", property("java.vm.name") + " " + property("java.runtime.version"));
        machine.add(
                "Versions",
                versions().entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", ")));
        double load = load();
        boolean busy = load > Runtime.getRuntime().availableProcessors();
        machine.add("Load at the start", text(load) + (busy ? BUSY : ""));
        return machine;
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    private static String processor() throws IOException {
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(file)) {
            return "unknown processor";
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown processor");
        }
    }

    /** The libraries' versions by their names. */
    static Map<String, String> versions() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Objects.requireNonNull(Machine.class.getResourceAsStream("versions.properties"))) {
            properties.load(in);
        }
        Map<String, String> versions = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        properties.forEach((name, version) -> versions.put(name.toString(), version.toString()));
        return versions;
    }

    /** Adds a fact. */
    public void add(String name, String fact) {
        facts.put(name, fact);
    }

    /** Adds how many processes want a processor now, on average of the last minute: those that measured are among them. */
    public void addLoadAtEnd() {
        add("Load at the end", text(load()) + OWN);
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static String text(double load) {
        return load < 0 ? "unknown" : Results.format(load);
    }

    Map<String, String> facts() {
        return facts;
    }

    /** Reads what was written. */
    public static Machine read(Path file) throws IOException {
        return new Machine(new ObjectMapper().readValue(file.toFile(), TEXTS));
    }

    /** Writes all facts. */
    public void write(Path file) throws IOException {
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), facts);
    }
}
