package io.valise.ipc.sharedmem.doorbell;

import io.valise.ipc.sharedmem.os.SharedMemory;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The end of a doorbell that sleeps until the peer's {@link Ringer} rings.
 *
 * <p>Between them lies one word of shared memory. Its three lowest bits say how this side sleeps; the rest counts up with
 * every announcement, so that a value never comes back while somebody is about to sleep on it.
 *
 * <h2>Why no wake-up is lost</h2>
 *
 * <pre>
 *   sleeper                        ringer
 *   1  set the bit                 a  publish (a record, or a position)
 *   2  full fence                  b  full fence
 *   3  look for a publication      c  look at the bit
 *   4  sleep if there is none      d  if set: clear it, wake
 * </pre>
 *
 * <p>Take the two fences in the order in which they take effect. If 2 is first, c comes after 1: the ringer sees the
 * bit and wakes. If b is first, 3 comes after a: the sleeper sees the publication and does not sleep. Two ends of one
 * Dekker mutual exclusion; with anything weaker than full fences both could look too early. Between 3 and 4 the bit may
 * be cleared: the futex compares the word with the value of 1 and does not sleep, and on the socket the byte waits in
 * the kernel until it is read. A word that the peer scribbled over can cost a wake-up; the reader then looks again when
 * its time is up.
 *
 * <p>Thread-safe: several threads may sleep at once, and all are woken.
 */
public final class Sleeper {
    static final int BY_FUTEX = 1;
    static final int BY_SOCKET = 2;
    static final int ASLEEP = BY_FUTEX | BY_SOCKET;

    /** Beside BY_SOCKET: this side would sleep by futex if the peer could wake it. */
    static final int WANTS_FUTEX = 4;

    private static final int COUNT = 8;

    /** No sleep in the kernel is longer, so that an interrupt is noticed. */
    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(100);

    private final SharedMemory memory;
    private final int word;
    private final int peerWakes;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition rung = lock.newCondition();
    private volatile long rings;
    private int sleepers;
    private boolean wakeNext;
    private volatile @Nullable Futex futex;

    /**
     * @param word offset of the word that says how this side sleeps
     * @param peerWakes offset of the word in which the peer says whether it can wake a futex
     */
    public Sleeper(SharedMemory memory, int word, int peerWakes) {
        this.memory = memory;
        this.word = word;
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
        long ticket = enter();
        if (ticket < 0) {
            return;
        }
        try {
            Futex usable = futex();
            if (usable != null) {
                sleepByFutex(usable, nanos, ready, ticket);
            } else {
                sleepBySocket(nanos, ready, ticket);
            }
        } finally {
            leave();
        }
    }

    /** Asks the peer for a byte on the socket as soon as it publishes; the caller then looks for a publication. */
    public void announceBySocket() {
        announce(BY_SOCKET);
    }

    /** Wakes whoever sleeps here, because the peer's byte arrived or the link ended. */
    public void ringHere() {
        ringHere(false);
    }

    /** Wakes whoever sleeps here, or else whoever wants to sleep next. */
    public void wake() {
        ringHere(true);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only, read without
    private void ringHere(boolean orNext) {
        lock.lock();
        try {
            rings++;
            wakeNext |= orNext && sleepers == 0;
            rung.signalAll();
        } finally {
            lock.unlock();
        }
        Futex slept = futex;
        if (slept != null) {
            clear(memory, word, BY_FUTEX); // Who is about to sleep finds another value than it announced.
            slept.wakeAll();
        }
    }

    /** Returns the number of rings so far, or -1 when a wake-up was waiting for this sleeper. */
    private long enter() {
        lock.lock();
        try {
            if (wakeNext) {
                wakeNext = false;
                return -1;
            }
            sleepers++;
            return rings;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            sleepers--;
        } finally {
            lock.unlock();
        }
    }

    private void sleepByFutex(Futex usable, long nanos, BooleanSupplier ready, long ticket) {
        long deadline = System.nanoTime() + nanos;
        long left = nanos;
        boolean asleep = true;
        while (asleep && left > 0) {
            int announced = announce(BY_FUTEX);
            if (ready.getAsBoolean()
                    || rings != ticket
                    || Thread.currentThread().isInterrupted()) {
                return;
            }
            usable.sleep(announced, Math.min(left, SLICE));
            asleep = memory.getIntOpaque(word) == announced;
            left = deadline - System.nanoTime();
        }
    }

    private void sleepBySocket(long nanos, BooleanSupplier ready, long ticket) {
        announce(Futexes.hoped() ? BY_SOCKET | WANTS_FUTEX : BY_SOCKET);
        if (ready.getAsBoolean()) {
            return;
        }
        lock.lock();
        try {
            long left = nanos;
            while (rings == ticket && left > 0) {
                left = rung.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private int announce(int bits) {
        int was;
        int becomes;
        do {
            was = memory.getIntOpaque(word);
            becomes = was + COUNT | bits;
        } while (!memory.compareAndSetInt(word, was, becomes));
        // Pairs with the fence in Ringer.ring; see above.
        VarHandle.fullFence();
        return becomes;
    }

    /** Clears bits of the word and returns what it was before. */
    static int clear(SharedMemory memory, int word, int bits) {
        int was;
        do {
            was = memory.getIntOpaque(word);
        } while (!memory.compareAndSetInt(word, was, was & ~bits));
        return was;
    }

    private @Nullable Futex futex() {
        Futex known = futex;
        if (known == null && memory.getIntOpaque(peerWakes) == 1) {
            known = Futexes.at(memory, word);
            futex = known;
        }
        if (known == null) {
            Futexes.request();
        }
        return known;
    }
}
