package io.valise.ipc.benchmarks;

import io.valise.ipc.benchmarks.probe.Limits;
import io.valise.ipc.benchmarks.probe.Probe;
import io.valise.ipc.benchmarks.report.HtmlReport;
import io.valise.ipc.benchmarks.report.LatencyChart;
import io.valise.ipc.benchmarks.report.Machine;
import io.valise.ipc.benchmarks.report.MarkdownReport;
import io.valise.ipc.benchmarks.report.ResultFile;
import io.valise.ipc.benchmarks.report.Results;
import io.valise.ipc.benchmarks.slices.Contests;
import io.valise.ipc.benchmarks.trace.RequestTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The command {@code ipc bench}: runs the selection, writes {@code results.json} (JMH's form), {@code machine.json},
 * {@code report.md}, {@code report.html} and {@code latencies.svg}. Exit status 0 when all of it ran, 1 when not, 2 for arguments it does not
 * know.
 */
public final class Bench {
    private static final List<Probe> PROBES = Stream.concat(
                    Stream.of(new Limits(), new ColdStart(), new IdleCost(), new ConnectionScale(), new Garbage()),
                    Contests.ALL.stream())
            .collect(Collectors.toList());

    private static final TimeValue QUICK = TimeValue.milliseconds(500);

    private final BenchArguments arguments;
    private final ResultFile results = new ResultFile();

    private Bench(BenchArguments arguments) {
        this.arguments = arguments;
    }

    /** Runs the command. */
    public static void main(String[] args) throws Exception {
        try {
            BenchArguments arguments = BenchArguments.parse(args);
            if (arguments.help()) {
                System.out.print(BenchArguments.USAGE);
            } else if (arguments.traceRequest()) {
                RequestTrace.run().print(System.out);
            } else {
                new Bench(arguments).run();
            }
        } catch (IllegalArgumentException e) {
            System.err.println("ipc bench: " + e.getMessage());
            System.err.print(BenchArguments.USAGE);
            System.exit(2);
        }
    }

    private void run() throws Exception {
        Files.createDirectories(arguments.out());
        if (arguments.reportOnly()) {
            Results read = ResultFile.read(file("results.json"));
            System.out.print(MarkdownReport.targets(read));
            writePages(read, Machine.read(file("machine.json")));
            return;
        }
        long begun = System.nanoTime();
        Machine machine = Machine.here();
        for (Probe probe : PROBES) {
            measure(probe, machine);
        }
        measureWithJmh();
        Duration taken = Duration.ofNanos(System.nanoTime() - begun);
        machine.addLoadAtEnd();
        machine.add("Run", (arguments.quick() ? "quick" : "full") + ", " + taken.toSeconds() + " s");
        results.write(file("results.json"));
        machine.write(file("machine.json"));
        writePages(results.results(), machine);
    }

    private Path file(String name) {
        return arguments.out().resolve(name);
    }

    private void measure(Probe probe, Machine machine) throws Exception {
        if (arguments.includes(probe)) {
            System.out.println("# " + probe.name());
            results.add(probe.measure(arguments.quick()));
            probe.facts().forEach(machine::add);
        }
    }

    /**
     * First the benchmarks of single operations, then the others; a quick run leaves out means where it has
     * percentiles.
     */
    private void measureWithJmh() throws RunnerException, IOException {
        ChainedOptionsBuilder timed = options().exclude(BenchArguments.OTHERS);
        runAny(arguments.quick() ? timed.mode(Mode.SampleTime) : timed);
        runAny(options().exclude(BenchArguments.TIMED));
    }

    private ChainedOptionsBuilder options() {
        ChainedOptionsBuilder options =
                new OptionsBuilder().shouldFailOnError(true).addProfiler(GCProfiler.class);
        arguments.benchmarks().forEach(options::include);
        if (arguments.quick()) {
            options.forks(1)
                    .warmupIterations(2)
                    .warmupTime(QUICK)
                    .measurementIterations(2)
                    .measurementTime(QUICK);
        }
        return options;
    }

    private void runAny(ChainedOptionsBuilder options) throws RunnerException, IOException {
        try {
            results.add(new Runner(options.build()).run());
        } catch (NoBenchmarksException e) {
            System.out.println("# nothing to run with JMH here: " + arguments.benchmarks());
        }
    }

    private void writePages(Results measured, Machine machine) throws IOException {
        Files.writeString(file("report.md"), MarkdownReport.of(measured, machine));
        Files.writeString(file("report.html"), HtmlReport.of(measured, machine));
        String chart = LatencyChart.of(measured);
        if (!chart.isEmpty()) {
            Files.writeString(file("latencies.svg"), chart);
        }
        System.out.println("# " + file("report.html").toAbsolutePath());
    }
}
