package io.valise.ipc.internal.session;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that wait for futures of a session. One alone had best read itself, if what it waits for comes soon. Where
 * several wait at once, each would push the other aside: a background reader serves them all. Thread-safe.
 */
final class Waiters {
    /** So many waits are left to the background before one reads again. */
    private static final int WAITS_WITHOUT = 64;

    private final AtomicInteger present = new AtomicInteger();
    private final AtomicInteger without = new AtomicInteger();

    /** This thread begins to wait; returns whether it should read. */
    boolean enter() {
        if (present.getAndIncrement() > 0) {
            without.set(WAITS_WITHOUT);
        } else if (without.get() <= 0) {
            return true;
        } else {
            without.getAndDecrement();
        }
        return false;
    }

    /** This thread has read; returns whether the next that waits should do so too. */
    boolean looked(boolean found) {
        if (!found) {
            without.set(WAITS_WITHOUT);
        }
        return found && present.get() == 1;
    }

    /** This thread has waited. */
    void leave() {
        present.getAndDecrement();
    }
}
