package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.probe.Probe;
import io.valise.ipc.benchmarks.report.Targets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The arguments of {@code ipc bench}.
 *
 * @param quick fewer and shorter rounds
 * @param out the folder for what is written
 * @param reportOnly writes the pages again from existing results
 * @param traceRequest prints the classes that a request enters, and nothing else
 * @param help prints the usage, and nothing else
 * @param only regular expressions of the benchmarks to run; all when empty
 */
record BenchArguments(
        boolean quick, Path out, boolean reportOnly, boolean traceRequest, boolean help, List<String> only) {
    static final String USAGE = """
            Usage: ipc bench [--quick] [--out DIR] [--report-only] [BENCHMARK...]
                   ipc bench --trace-request
              --quick        fewer and shorter rounds: what the targets need but nats:, within a quarter of an hour
              --out DIR      where results.json, machine.json, report.md, report.html and latencies.svg go
                             (default: bench-results)
              --report-only  make the pages again from the results in DIR, and print the table of targets
              --trace-request  print the classes that one request over shm: enters, and nothing else
              BENCHMARK      regular expressions, such as RequestRoundTrip.pipe or nats, in upper or lower case; all when
                             there is none
            """;

    private static final String IGNORING_CASE = "(?i)";

    /** The benchmarks that time single operations. */
    static final String TIMED = "\\.(SharedRingRoundTrip|RequestRoundTrip|LargePayload|RegionHandOver)\\.";

    /** The others. */
    static final String OTHERS =
            "\\.(SharedRingThroughput|PipelinedRequests|ValueSetCodec|RecordMapping|RemoteObjectCall)\\.";

    static BenchArguments parse(String... args) {
        boolean quick = false;
        boolean reportOnly = false;
        boolean traceRequest = false;
        boolean help = false;
        Path out = Path.of("bench-results");
        List<String> only = new ArrayList<>();
        for (Iterator<String> rest = List.of(args).iterator(); rest.hasNext(); ) {
            String arg = rest.next();
            switch (arg) {
                case "--quick" -> quick = true;
                case "--report-only" -> reportOnly = true;
                case "--trace-request" -> traceRequest = true;
                case "-h", "--help" -> help = true;
                case "--out" -> out = folder(rest);
                default -> only.add(pattern(arg));
            }
        }
        return new BenchArguments(quick, out, reportOnly, traceRequest, help, List.copyOf(only));
    }

    private static Path folder(Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException("--out: needed=a folder, actual=nothing");
        }
        return Path.of(rest.next());
    }

    private static String pattern(String arg) {
        if (arg.startsWith("-")) {
            throw new IllegalArgumentException("unknown option " + arg);
        }
        return Pattern.compile(IGNORING_CASE + arg).pattern();
    }

    /** Whether a probe was asked for. */
    boolean includes(Probe probe) {
        return only.isEmpty()
                ? probe.isQuick() || !quick
                : only.stream()
                        .anyMatch(pattern ->
                                Pattern.compile(pattern).matcher(probe.name()).find());
    }

    /** The options for JMH. */
    List<String> benchmarks() {
        if (!only.isEmpty()) {
            return only;
        }
        return quick ? quickly() : List.of(TIMED, OTHERS);
    }

    /** The benchmarks of the targets, with all contenders for the main ones. */
    private static List<String> quickly() {
        List<String> patterns = new ArrayList<>(List.of("\\.ValueSetCodec\\."));
        Targets.benchmarks().forEach(name -> patterns.add("\\." + Pattern.quote(name) + "$"));
        return patterns;
    }
}
