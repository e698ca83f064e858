package io.valise.ipc.internal.work;

import java.util.concurrent.TimeUnit;

/** Whether an end measures how long its requests take: always, or for a while after it was asked to. Thread-safe. */
public final class LatencySwitch {
    private static final long WHILE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private volatile boolean on;
    private volatile boolean always;
    private volatile long askedAt;

    /** Whether the next request is measured. */
    public boolean isOn() {
        return on;
    }

    /** From now on for good. */
    public void always() {
        always = true;
        on = true;
    }

    /** For a minute from now on. */
    public void forAWhile() {
        askedAt = System.nanoTime();
        on = true;
    }

    /** A request was measured at this moment: the last one when no one has asked for a minute. */
    public void measured(long now) {
        if (!always && now - askedAt > WHILE_NANOS) {
            on = false;
        }
    }
}
