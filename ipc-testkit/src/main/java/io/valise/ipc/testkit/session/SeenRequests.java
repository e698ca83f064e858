package io.valise.ipc.testkit.session;

import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Records which numbered requests handlers have seen, and whether one was seen twice. Thread-safe.
 *
 * @since 0.2.0
 */
public final class SeenRequests {
    private final BitSet seen = new BitSet();
    private int twice;

    /** None yet. */
    public SeenRequests() {}

    /** Notes the request's number {@code n}; returns its message. */
    public synchronized ValueSet note(Request request) {
        int number = request.message().getInt("n");
        if (seen.get(number)) {
            twice++;
        }
        seen.set(number);
        return request.message();
    }

    synchronized boolean has(int number) {
        return seen.get(number);
    }

    /** How many different requests were seen. */
    public synchronized int count() {
        return seen.cardinality();
    }

    /** How often a request was seen again. */
    public synchronized int twice() {
        return twice;
    }

    /** The content as one word, for {@link #add}. */
    public synchronized String text() {
        return twice + ":"
                + LongStream.of(seen.toLongArray()).mapToObj(Long::toHexString).collect(Collectors.joining(","));
    }

    /** Adds the requests that another process has seen, as its {@link #text} says. */
    public synchronized void add(String text) {
        String[] parts = text.split(":", -1);
        BitSet other = BitSet.valueOf(
                parts[1].isEmpty()
                        ? new long[0]
                        : Arrays.stream(parts[1].split(","))
                                .mapToLong(word -> Long.parseUnsignedLong(word, 16))
                                .toArray());
        BitSet both = (BitSet) other.clone();
        both.and(seen);
        twice += Integer.parseInt(parts[0]) + both.cardinality();
        seen.or(other);
    }
}
