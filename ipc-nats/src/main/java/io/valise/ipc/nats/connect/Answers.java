package io.valise.ipc.nats.connect;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Answers of processes that wait to be looked at, in the order in which they came: at most so many, and 16 MiB of them. What
 * is beyond that is dropped, as any process may answer as much as it likes. Thread-safe.
 */
final class Answers {
    /** How many bytes of them may wait. */
    static final long MOST_BYTES = 16L << 20;

    /** What is there instead of an answer when no process is asked. */
    private static final byte[] NONE_ASKED = {};

    private final BlockingQueue<byte[]> waiting;
    private final AtomicLong bytes = new AtomicLong();

    Answers(int most) {
        waiting = new LinkedBlockingQueue<>(most);
    }

    /**
     * One more.
     *
     * @param answer null when no process is asked
     */
    void add(byte @Nullable [] answer) {
        byte[] added = answer == null ? NONE_ASKED : answer;
        if (bytes.addAndGet(added.length) > MOST_BYTES || !waiting.offer(added)) {
            bytes.addAndGet(-added.length);
        }
    }

    /** Whether there is one, and it says that no process is asked. */
    boolean beginWithNoneAsked() {
        return waiting.peek() == NONE_ASKED;
    }

    /** The next one, without bytes when no process is asked; null when none comes within so many nanoseconds. */
    byte @Nullable [] next(long nanos) throws InterruptedException {
        byte[] next = waiting.poll(nanos, TimeUnit.NANOSECONDS);
        if (next != null) {
            bytes.addAndGet(-next.length);
        }
        return next;
    }
}
