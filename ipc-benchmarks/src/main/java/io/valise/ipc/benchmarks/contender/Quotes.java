package io.valise.ipc.benchmarks.contender;

import io.valise.ipc.ValueSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The quote of eight fields as a value set and as a map: two strings, two doubles, two ints, a long, a boolean. */
public final class Quotes {
    private Quotes() {}

    /** The quote as a value set. */
    public static ValueSet valueSet() {
        return ValueSet.of(
                "symbol",
                "KRW/USD",
                "venue",
                "XKRX",
                "bid",
                101.25,
                "ask",
                101.5,
                "bidSize",
                1_200,
                "askSize",
                64_000,
                "sequence",
                1_234_567_890_123L,
                "live",
                true);
    }

    /** The answer to a quote, built from its fields. */
    public static ValueSet answer(ValueSet quote) {
        return ValueSet.of(
                "symbol", quote.getString("symbol"),
                "venue", quote.getString("venue"),
                "bid", quote.getDouble("bid"),
                "ask", quote.getDouble("ask"),
                "bidSize", quote.getInt("bidSize"),
                "askSize", quote.getInt("askSize"),
                "sequence", quote.getLong("sequence") + 1,
                "live", quote.getBoolean("live"));
    }

    /** The quote as a map. */
    public static Map<String, Object> map() {
        Map<String, Object> quote = new LinkedHashMap<>(16);
        quote.put("symbol", "KRW/USD");
        quote.put("venue", "XKRX");
        quote.put("bid", 101.25);
        quote.put("ask", 101.5);
        quote.put("bidSize", 1_200);
        quote.put("askSize", 64_000);
        quote.put("sequence", 1_234_567_890_123L);
        quote.put("live", true);
        return quote;
    }

    /** The answer to a quote, built from its fields. */
    public static Map<String, Object> answer(Map<String, Object> quote) {
        Map<String, Object> answer = new LinkedHashMap<>(16);
        for (String field : new String[] {"symbol", "venue", "bid", "ask", "bidSize", "askSize"}) {
            answer.put(field, field(quote, field));
        }
        answer.put("sequence", ((Number) field(quote, "sequence")).longValue() + 1);
        answer.put("live", field(quote, "live"));
        return answer;
    }

    /** A field of a map that has it. */
    public static Object field(Map<String, Object> quote, String name) {
        return Objects.requireNonNull(quote.get(name), name);
    }
}
