package io.valise.ipc.cli.command;

import io.valise.ipc.cli.demo.DemoRun;
import io.valise.ipc.cli.demo.RoundTripTimes;
import io.valise.ipc.cli.demo.StepResult;
import io.valise.ipc.cli.demo.TrialReport;
import io.valise.ipc.cli.measure.SystemLoad;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.text.Amounts;
import io.valise.ipc.cli.text.Colours;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ipc demo}: everything, on every transport, between real processes. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "demo",
        description = "Starts real server and client processes for every transport, makes them do all there is,"
                + " kills a server, and says what went right. Takes about 15 seconds.")
final class DemoCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() throws InterruptedException {
        OptionalDouble load = SystemLoad.lastMinute();
        DemoRun run = DemoRun.run(json.isAsked() ? trial -> {} : this::print);
        if (json.isAsked()) {
            json.print(run.toValueSet());
        } else {
            load.ifPresent(this::printLoad);
            printEnd(run);
        }
        return run.ok() ? 0 : 1;
    }

    private void print(TrialReport trial) {
        Colours colours = common.colours();
        common.out().println(colours.strong(trial.scheme()) + ": " + trial.detail());
        if (!trial.available()) {
            String verdict = trial.expected() ? "should work here; `ipc doctor` says more" : "skipped";
            common.out().println("  " + mark(trial.ok()) + " unavailable: " + verdict);
        }
        trial.steps().forEach(step -> common.out().println("  " + line(step)));
        if (!trial.times().isEmpty()) {
            common.out().println("  " + times(trial));
        }
        if (!trial.ok() && !trial.childErrors().isEmpty()) {
            common.err().println(trial.scheme() + ": the processes wrote on standard error:");
            common.err().print(trial.childErrors());
        }
        common.out().flush();
    }

    private String line(StepResult step) {
        return mark(step.ok()) + " " + String.format(Locale.ROOT, "%-21s", step.name()) + "  " + step.detail();
    }

    private String mark(boolean ok) {
        return ok ? common.colours().good("✓") : common.colours().bad("✗");
    }

    private static String times(TrialReport trial) {
        return "round trip, 8 fields: "
                + trial.times().stream().map(DemoCommand::times).collect(Collectors.joining("; "));
    }

    private static String times(RoundTripTimes times) {
        return times.strategy() + " p50 " + Amounts.micros(times.p50Nanos()) + ", p99 "
                + Amounts.micros(times.p99Nanos());
    }

    /** Explains slow times. */
    private void printLoad(double load) {
        if (SystemLoad.isBusy(load)) {
            String note = String.format(
                    Locale.ROOT,
                    "The machine was busy before (load %.1f on %d processors): idle, round trips are much faster.",
                    load,
                    Runtime.getRuntime().availableProcessors());
            common.out().println(common.colours().warning("! ") + note);
        }
    }

    private void printEnd(DemoRun run) {
        common.out().println(line(run.any()));
        String seconds = String.format(Locale.ROOT, "%.1f s", run.seconds());
        common.out()
                .println(
                        run.ok()
                                ? common.colours().good("All of it was right.") + " " + seconds
                                : common.colours().bad("Something went wrong, see ✗ above.") + " " + seconds);
    }
}
