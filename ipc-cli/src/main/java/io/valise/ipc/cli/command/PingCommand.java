package io.valise.ipc.cli.command;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.measure.RoundTrips;
import io.valise.ipc.cli.measure.Strategy;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.Connecting;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.option.WholeNumber;
import io.valise.ipc.cli.text.Amounts;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ipc ping}: how fast a server answers. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(name = "ping", description = "Measures round trips to a server, after a warm-up, and prints percentiles.")
final class PingCommand implements Callable<Integer> {
    /** The longest warm-up, for slow transports. */
    private static final long WARM_UP_NANOS = 2_000_000_000L;

    @Mixin
    private CommonOptions common;

    @Mixin
    private Connecting connecting;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            defaultValue = "10000",
            converter = WholeNumber.FromOne.class,
            description = "How many round trips to measure (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = {"-w", "--warm-up"},
            paramLabel = "N",
            defaultValue = "50000",
            converter = WholeNumber.FromZero.class,
            description =
                    "How many to make before, until the JVM has compiled what they use (default: ${DEFAULT-VALUE},"
                            + " but no more than 2 s).")
    private int warmUp;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            defaultValue = "0",
            description = "Time between two; each is then printed (default: none, back to back).")
    private Duration interval;

    @Option(
            names = {"-s", "--size"},
            paramLabel = "BYTES",
            defaultValue = "0",
            converter = WholeNumber.Bytes.class,
            description = "Bytes of data in each message (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--strategy",
            defaultValue = "adaptive",
            description = "How this end waits: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Strategy strategy;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() throws InterruptedException {
        common.requireAtLeast("--interval", Duration.ZERO, interval);
        ValueSet message = size == 0 ? ValueSet.empty() : ValueSet.of("data", new byte[size]);
        try (IpcConnection connection =
                connecting.client().waitStrategy(strategy.toWaitStrategy()).connect()) {
            Runnable roundTrip = () -> connection.request("valise.ping", message);
            report(connection, interval.isZero() ? backToBack(roundTrip) : spaced(roundTrip));
        }
        return 0;
    }

    private RoundTrips backToBack(Runnable roundTrip) {
        warmUp(roundTrip);
        return new RoundTrips().measure(count, roundTrip);
    }

    private void warmUp(Runnable roundTrip) {
        long began = System.nanoTime();
        for (int i = 0; i < warmUp && System.nanoTime() - began < WARM_UP_NANOS; i++) {
            roundTrip.run();
        }
    }

    private RoundTrips spaced(Runnable roundTrip) throws InterruptedException {
        RoundTrips times = new RoundTrips();
        for (int i = 1; i <= count; i++) {
            long nanos = RoundTrips.timed(roundTrip);
            times.add(nanos);
            if (!json.isAsked()) {
                common.out().println(connecting.endpoint() + " " + i + " " + Amounts.micros(nanos));
            }
            TimeUnit.NANOSECONDS.sleep(i == count ? 0 : interval.toNanos());
        }
        return times;
    }

    private void report(IpcConnection connection, RoundTrips times) {
        if (json.isAsked()) {
            ValueSet head = ValueSet.of(
                    "endpoint", connection.endpoint().toString(), "strategy", strategy.toString(), "bytes", size);
            json.print(head.toBuilder().putAll(times.toValueSet()).build());
            return;
        }
        common.out()
                .println(connection.endpoint() + ": " + Amounts.count(times.count()) + " round trips of "
                        + Amounts.bytes(size) + ", " + strategy);
        common.out().println(times);
    }
}
