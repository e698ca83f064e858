package io.valise.ipc.pipes.windows.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What goes wrong on a {@link Machine}, or is merely unusual. Thread-safe. */
public final class Faults {
    private final Map<String, Deque<Integer>> planned = new ConcurrentHashMap<>();
    private volatile boolean alwaysPending;
    private volatile boolean messages;
    private volatile int mostBytes = Integer.MAX_VALUE;
    private volatile int abortEvery;
    private int reads;

    /** The next call of a function ends with a code instead of doing anything. */
    public void plan(String function, int code) {
        planned.computeIfAbsent(function, name -> new ArrayDeque<>()).add(code);
    }

    /** Reads and writes that could be done at once say ERROR_IO_PENDING and are done then: both are documented. */
    public void alwaysPending() {
        alwaysPending = true;
    }

    /** Reads that leave something say ERROR_MORE_DATA. */
    public void messages() {
        messages = true;
    }

    /** Reads move this much at most. */
    public void mostBytes(int bytes) {
        mostBytes = bytes;
    }

    /** Every so many-th read is aborted, as those of a thread that ends are. */
    public void abortEvery(int every) {
        abortEvery = every;
    }

    int planned(String function) {
        Deque<Integer> codes = planned.get(function);
        Integer code = codes == null ? null : codes.poll();
        return code == null ? 0 : code;
    }

    boolean isAlwaysPending() {
        return alwaysPending;
    }

    boolean isMessages() {
        return messages;
    }

    int most() {
        return mostBytes;
    }

    /** Called under the machine's monitor. */
    boolean abortsRead() {
        reads++;
        return abortEvery > 0 && reads % abortEvery == 0;
    }
}
