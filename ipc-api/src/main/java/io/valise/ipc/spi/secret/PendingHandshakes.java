package io.valise.ipc.spi.secret;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Those who have connected to a server and not proved themselves yet: at most {@value #MOST}. When one more comes, the
 * one that has taken longest goes: an honest client needs less than a millisecond, so that it gets in although another process
 * holds all the places. Thread-safe.
 *
 * @param <T> what stands for one of them, equal to itself alone
 */
public final class PendingHandshakes<T> {
    /** How many there can be at once. */
    public static final int MOST = 64;

    /** What each of them has to prove himself, in nanoseconds. */
    public static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Set<T> present = new LinkedHashSet<>(); // guarded by this

    /** There is none. */
    public PendingHandshakes() {}

    /** Adds one; the result, if any, is the one who has lost its place to it. */
    public synchronized Optional<T> enter(T handshake) {
        Optional<T> longest = present.size() < MOST
                ? Optional.empty()
                : Optional.of(present.iterator().next());
        longest.ifPresent(present::remove);
        present.add(handshake);
        return longest;
    }

    /** Takes one out who is none any more; false when he was none. */
    public synchronized boolean leave(T handshake) {
        return present.remove(handshake);
    }

    /** Takes all of them out. */
    public synchronized List<T> leaveAll() {
        List<T> all = List.copyOf(present);
        present.clear();
        return all;
    }
}
