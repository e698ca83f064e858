package io.valise.ipc;

import java.time.Duration;

/**
 * How long a thread that waits for a frame looks for it before it sleeps in the kernel. Looking costs processor time,
 * sleeping costs a wake-up of about 5 µs. With one processor nothing spins: {@link #adaptive} and {@link #spinning} yield once, look
 * once more, and sleep. Beside threads that compute, which keep a processor for some milliseconds, every strategy sleeps at
 * once, and tries at least every two seconds whether that is still so. Immutable.
 *
 * @since 0.1.0
 */
public interface WaitStrategy {
    /**
     * How long to look after the last traffic before sleeping; zero sleeps at once. A strategy that {@linkplain #adapts adapts}
     * looks for up to 100 µs instead in about one of forty waits, to find out whether that pays.
     */
    Duration spin();

    /**
     * Whether {@link #spin} shrinks while looking finds nothing, and no more threads look than there are processors to
     * spare.
     */
    boolean adapts();

    /**
     * Looks as long as there was traffic within the last second: the lowest latency, for one processor per waiting
     * connection. An idle connection sleeps all the same.
     */
    static WaitStrategy spinning() {
        return SpinThenSleep.SPINNING;
    }

    /**
     * Looks for a moment around traffic, then sleeps: the default. While such looks find nothing, it does not look for that long,
     * but yields once, looks once more, and sleeps.
     */
    static WaitStrategy adaptive() {
        return SpinThenSleep.ADAPTIVE;
    }

    /** Sleeps at once, without a yield: the least processor time where processors are to spare. */
    static WaitStrategy blocking() {
        return SpinThenSleep.BLOCKING;
    }
}
