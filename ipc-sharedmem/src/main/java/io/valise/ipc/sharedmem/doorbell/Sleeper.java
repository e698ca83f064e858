package io.valise.ipc.sharedmem.doorbell;

import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.spi.runtime.LateFaults;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The end of a doorbell that sleeps until the peer's {@link Ringer} rings.
 *
 * <p>Between them lie two words of shared memory. {@code asleep} is written by the sleeping side alone: its three lowest
 * bits say how it sleeps, the rest counts its announcements. The ringer answers each announcement at most once.
 * {@code rung} changes with every ring, to even numbers by the ringer and to odd ones by the sleeping side itself, so
 * that no value ever comes back; a futex sleeps only as long as it is unchanged.
 *
 * <h2>Why no wake-up is lost</h2>
 *
 * <pre>
 *   sleeper                              ringer
 *   0  r = rung                          a  publish (a record, or a position)
 *   1  asleep = new announcement         b  full fence
 *   2  full fence                        c  look at asleep
 *   3  look for a publication            d  if it announces: change rung, wake the futex,
 *   4  sleep while rung == r                or send a byte on the socket
 * </pre>
 *
 * <p>Take the two fences in the order in which they take effect. If 2 is first, c comes after 1: the ringer sees the
 * announcement and wakes. If b is first, 3 comes after a: the sleeper sees the publication and does not sleep. These
 * are the two ends of Dekker's mutual exclusion; with anything weaker than full fences both could look too early. A
 * wake-up between 3 and 4 is not lost either: rung is no longer r, so the futex does not sleep; and a byte on the
 * socket waits in the kernel until it is read. A peer that writes other values into these words can lose its own
 * wake-ups; then the sleeper looks again when its time slice ends.
 *
 * <p>Thread-safe: several threads may sleep at once, and all are woken.
 */
public final class Sleeper {
    static final int ASLEEP_AT = 0;
    static final int RUNG_AT = 4;

    static final int BY_FUTEX = 1;
    static final int BY_SOCKET = 2;
    static final int BY_ANY = BY_FUTEX | BY_SOCKET;

    /** Beside BY_SOCKET: this side would sleep by futex if the peer could wake it. */
    static final int WANTS_FUTEX = 4;

    private static final int COUNT = 8;

    /** The longest sleep, so that an interrupt in the kernel and a truncated file are noticed. */
    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long WAKE_WAS_WAITING = -1;

    private final SharedMemory memory;
    private final int asleep;
    private final int rung;
    private final int peerWakes;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ringing = lock.newCondition();
    private volatile @Nullable Futex futex;

    /** How often the bell rang here; written under the lock. */
    private volatile long rings;

    // guarded by the lock
    private int announcements;
    private int futexSleepers;
    private int socketSleepers;
    private boolean armed;
    private boolean wakeNext;

    /**
     * The sleeping end of a bell.
     *
     * @param bell offset of the bell's words
     * @param peerWakes offset of the word in which the peer says whether it can wake a futex
     */
    public Sleeper(SharedMemory memory, int bell, int peerWakes) {
        this.memory = memory;
        this.asleep = bell + ASLEEP_AT;
        this.rung = bell + RUNG_AT;
        this.peerWakes = peerWakes;
    }

    /**
     * Sleeps until something is ready, the bell rings, {@link #wake} or {@link #ringHere} is called, this thread is
     * interrupted (its status stays set), or the time is up.
     *
     * @param nanos how long at most, in nanoseconds
     * @param ready looks for what the peer publishes
     */
    public void sleep(long nanos, BooleanSupplier ready) {
        Futex usable = futex();
        int unrung = memory.getIntAcquire(rung);
        long ticket = enter(usable != null);
        if (ticket == WAKE_WAS_WAITING) {
            return;
        }
        try {
            VarHandle.fullFence(); // pairs with the one in Ringer.ring; see above
            if (ready.getAsBoolean()) {
                return;
            }
            LateFaults.report();
            if (usable != null) {
                sleepByFutex(usable, unrung, nanos, ready, ticket);
            } else {
                sleepBySocket(nanos, ready, ticket);
            }
        } finally {
            leave(usable != null);
        }
    }

    /**
     * Asks the peer for a byte on the socket as soon as it publishes; the caller then looks for a publication. Holds
     * until {@link #ringHere}.
     */
    public void arm() {
        lock.lock();
        try {
            armed = true;
            announce();
        } finally {
            lock.unlock();
        }
        VarHandle.fullFence(); // pairs with the one in Ringer.ring; see above
    }

    /** Wakes the thread that sleeps here, because the peer's byte arrived or the link ended. */
    public void ringHere() {
        ringHere(false);
    }

    /** Wakes the thread that sleeps here; without one, ends the next sleep at once. */
    public void wake() {
        ringHere(true);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only, read without
    private void ringHere(boolean byWake) {
        lock.lock();
        try {
            rings++;
            armed &= byWake;
            wakeNext |= byWake && futexSleepers + socketSleepers == 0;
            ringing.signalAll();
            Futex slept = futex;
            if (slept != null && futexSleepers > 0) {
                memory.putIntRelease(rung, (int) rings << 1 | 1);
                slept.wakeAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Announces a sleep; returns the number of rings so far, or that a wake-up was waiting for this sleeper. */
    private long enter(boolean byFutex) {
        lock.lock();
        try {
            if (wakeNext) {
                wakeNext = false;
                return WAKE_WAS_WAITING;
            }
            count(byFutex, 1);
            announce();
            return rings;
        } finally {
            lock.unlock();
        }
    }

    private void leave(boolean byFutex) {
        lock.lock();
        try {
            count(byFutex, -1);
        } finally {
            lock.unlock();
        }
    }

    private void count(boolean byFutex, int change) {
        futexSleepers += byFutex ? change : 0;
        socketSleepers += byFutex ? 0 : change;
    }

    /** Under the lock: tells the ringer how the threads that sleep here are woken. */
    private void announce() {
        announcements += COUNT;
        int bits = futexSleepers > 0 ? BY_FUTEX : 0;
        if (socketSleepers > 0) {
            bits |= Futexes.expected() ? BY_SOCKET | WANTS_FUTEX : BY_SOCKET;
        }
        if (armed) {
            bits |= BY_SOCKET;
        }
        memory.putIntRelease(asleep, announcements | bits);
    }

    private void sleepByFutex(Futex usable, int unrung, long nanos, BooleanSupplier ready, long ticket) {
        long deadline = System.nanoTime() + nanos;
        long left = nanos;
        while (left > 0 && rings == ticket && !Thread.currentThread().isInterrupted()) {
            usable.sleep(unrung, Math.min(left, SLICE));
            if (memory.getIntAcquire(rung) != unrung || ready.getAsBoolean()) {
                return;
            }
            LateFaults.report();
            left = deadline - System.nanoTime();
        }
    }

    private void sleepBySocket(long nanos, BooleanSupplier ready, long ticket) {
        long left = nanos;
        while (rings == ticket && left > 0 && !Thread.currentThread().isInterrupted()) {
            left -= sleepSlice(Math.min(left, SLICE), ticket);
            if (ready.getAsBoolean()) {
                return;
            }
            LateFaults.report();
        }
    }

    /**
     * Returns how long it slept. Does not access the mapped memory, since an exception from there must not be thrown
     * inside the lock.
     */
    @SuppressWarnings("WaitNotInLoop") // the caller loops, and checks its condition
    private long sleepSlice(long slice, long ticket) {
        lock.lock();
        try {
            return rings == ticket ? slice - ringing.awaitNanos(slice) : 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Futex futex() {
        Futex known = futex;
        if (known == null && memory.getIntOpaque(peerWakes) == 1) {
            known = Futexes.at(memory, rung);
            futex = known;
        }
        if (known == null) {
            Futexes.wish();
        }
        return known;
    }
}
