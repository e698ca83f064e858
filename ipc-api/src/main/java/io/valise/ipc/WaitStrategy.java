package io.valise.ipc;

import java.time.Duration;

/**
 * How long a thread that waits for a frame looks for it before it sleeps in the kernel. Looking costs processor time,
 * sleeping costs a wake-up of about 5 µs. On a machine with one processor nothing ever spins. Immutable.
 *
 * @since 0.1.0
 */
public interface WaitStrategy {
    /** How long to look after the last traffic before sleeping; zero sleeps at once. */
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

    /** Looks for a moment around traffic, then sleeps: the default. */
    static WaitStrategy adaptive() {
        return SpinThenSleep.ADAPTIVE;
    }

    /** Sleeps at once: the least processor time. */
    static WaitStrategy blocking() {
        return SpinThenSleep.BLOCKING;
    }
}
