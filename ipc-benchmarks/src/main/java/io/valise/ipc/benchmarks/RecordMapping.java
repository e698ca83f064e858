package io.valise.ipc.benchmarks;

import io.valise.ipc.ValueSet;
import io.valise.ipc.benchmarks.contender.Quotes;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The quote of eight fields from a record to a ValueSet and back, compared with building and reading the ValueSet by hand.
 * {@code -prof gc} reports the allocation.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RecordMapping {
    /** The quote as a record. */
    public record Quote(
            String symbol,
            String venue,
            double bid,
            double ask,
            int bidSize,
            int askSize,
            long sequence,
            boolean live) {}

    @Benchmark
    public ValueSet fromValise(Both with) {
        return ValueSet.from(with.quote);
    }

    @Benchmark
    public ValueSet fromByHand(Both with) {
        Quote quote = with.quote;
        return ValueSet.of(
                "symbol", quote.symbol(),
                "venue", quote.venue(),
                "bid", quote.bid(),
                "ask", quote.ask(),
                "bidSize", quote.bidSize(),
                "askSize", quote.askSize(),
                "sequence", quote.sequence(),
                "live", quote.live());
    }

    @Benchmark
    public Quote toValise(Both with) {
        return with.set.to(Quote.class);
    }

    @Benchmark
    public Quote toByHand(Both with) {
        ValueSet set = with.set;
        return new Quote(
                set.getString("symbol"),
                set.getString("venue"),
                set.getDouble("bid"),
                set.getDouble("ask"),
                set.getInt("bidSize"),
                set.getInt("askSize"),
                set.getLong("sequence"),
                set.getBoolean("live"));
    }

    /** The same quote in both forms. */
    @State(Scope.Benchmark)
    public static class Both {
        final ValueSet set = Quotes.valueSet();
        final Quote quote = set.to(Quote.class);
    }
}
