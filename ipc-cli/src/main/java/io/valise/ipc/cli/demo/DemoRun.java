package io.valise.ipc.cli.demo;

import io.valise.ipc.ValueSet;
import io.valise.ipc.runtime.KnownTransports;
import io.valise.ipc.spi.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * All transports, one after the other, and then {@code any:}. Immutable.
 *
 * @param trials the result of each transport
 * @param any the result of {@code any:}
 * @param seconds the total time
 */
public record DemoRun(List<TrialReport> trials, StepResult any, double seconds) {
    /** Runs it; {@code progress} is called for each transport as soon as it is done. */
    public static DemoRun run(Consumer<TrialReport> progress) throws InterruptedException {
        long began = System.nanoTime();
        List<Transport> transports = KnownTransports.find().ofThisMachine();
        List<TrialReport> trials = new ArrayList<>();
        for (Transport transport : transports) {
            add(ProcessTrial.of(transport), trials, progress);
        }
        add(LocalTrial.run(), trials, progress);
        StepResult any = AnyTrial.of(transports);
        return new DemoRun(List.copyOf(trials), any, (System.nanoTime() - began) / 1e9);
    }

    private static void add(TrialReport trial, List<TrialReport> trials, Consumer<TrialReport> progress) {
        trials.add(trial);
        progress.accept(trial);
    }

    /** Whether all steps succeeded. */
    public boolean ok() {
        return any.ok() && trials.stream().allMatch(TrialReport::ok);
    }

    /** This as a message, for JSON. */
    public ValueSet toValueSet() {
        return ValueSet.of(
                "ok", ok(),
                "seconds", seconds,
                "transports", trials.stream().map(TrialReport::toValueSet).toList(),
                "any", any.toValueSet());
    }
}
