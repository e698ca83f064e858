package io.valise.ipc.cli.demo;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.measure.RoundTrips;
import io.valise.ipc.cli.measure.Strategy;
import java.time.Duration;
import java.util.function.Consumer;

/** Runs all steps of the client against a server of {@link DemoServices}. */
final class Walk {
    /** The name of the step that contains the others, which is reported last. */
    static final String ALL = "all of it";

    private static final String SPINNING = "-spinning";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long WARM_UP_NANOS = 500_000_000L;
    private static final long MEASURED_NANOS = 300_000_000L;

    private final String endpoint;
    private final Consumer<StepResult> results;
    private final Consumer<RoundTripTimes> times;

    /** A walk to the server at an address, and to the one beside it that spins. */
    Walk(String endpoint, Consumer<StepResult> results, Consumer<RoundTripTimes> times) {
        this.endpoint = endpoint;
        this.results = results;
        this.times = times;
    }

    /** The address of the server that spins. */
    static String spinning(String endpoint) {
        return endpoint + SPINNING;
    }

    /** Runs all steps. */
    void run(EndOfServer end) {
        Steps steps = new Steps(results);
        steps.run(ALL, () -> {
            walk(steps, end);
            return "done";
        });
    }

    private void walk(Steps steps, EndOfServer end) {
        try (IpcConnection connection = connect(endpoint, Strategy.ADAPTIVE)) {
            new CallSteps(connection).runAll(steps);
            new FlowSteps(connection).runAll(steps);
            times.accept(roundTrips(endpoint, Strategy.ADAPTIVE));
            times.accept(roundTrips(spinning(endpoint), Strategy.SPINNING));
            new EndSteps(connection, end).runAll(steps);
        }
    }

    private static RoundTripTimes roundTrips(String to, Strategy strategy) {
        ValueSet message = CallSteps.small(1);
        try (IpcConnection connection = connect(to, strategy)) {
            Runnable roundTrip = () -> connection.request("echo", message);
            new RoundTrips().measureFor(WARM_UP_NANOS, roundTrip);
            return RoundTripTimes.of(strategy, new RoundTrips().measureFor(MEASURED_NANOS, roundTrip));
        }
    }

    private static IpcConnection connect(String to, Strategy strategy) {
        return IpcClient.builder(to)
                .connectTimeout(TIMEOUT)
                .requestTimeout(TIMEOUT)
                .waitStrategy(strategy.toWaitStrategy())
                .connect();
    }
}
