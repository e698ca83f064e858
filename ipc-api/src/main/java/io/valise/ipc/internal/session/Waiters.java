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
    private volatile boolean wanting;
    private volatile boolean reliedUpon;
    private volatile boolean othersWait;

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

    /** This thread has waited. */
    void leave() {
        present.getAndDecrement();
    }

    /** Whether a thread would read if the background reader let it. */
    void want(boolean yes) {
        wanting = yes;
    }

    boolean isWanting() {
        return wanting;
    }

    /** This thread begins to read. */
    void looks() {
        othersWait = false;
    }

    /** This thread has read, as long as that was worth it: until what it waited for came, or in vain. */
    void looked(boolean found) {
        if (!found) {
            without.set(WAITS_WITHOUT);
        }
        reliedUpon = found && present.get() == 1;
        if (othersWait) { // looked at after the store: expectOthers stores in the opposite order
            reliedUpon = false;
        }
    }

    /** Something is to be read that no thread will read for itself. */
    void expectOthers() {
        othersWait = true;
        reliedUpon = false;
    }

    /** Whether the next to read is likely to be a thread that waits, and soon. */
    boolean areReliedUpon() {
        return reliedUpon;
    }
}
