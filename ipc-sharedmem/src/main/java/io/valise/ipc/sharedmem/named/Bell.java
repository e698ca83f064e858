package io.valise.ipc.sharedmem.named;

import io.valise.ipc.sharedmem.doorbell.Futex;
import io.valise.ipc.sharedmem.doorbell.Futexes;
import io.valise.ipc.sharedmem.layout.ObjectLayout;
import io.valise.ipc.spi.runtime.Threads;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the threads of all processes that wait for a change of one object. A word of the file changes with each ring. A
 * thread notes it, looks for what it waits for, and then sleeps only while the word is still the same: a change that
 * it did not see has rung since.
 *
 * <p>Nothing rings when a process dies, and a process without futexes wakes no other process. So a sleep ends after
 * {@link #LONGEST_NANOS} at the latest, and without a futex sooner at first. That bound, and not the bell, is what makes
 * waiting sound; the bell makes it quick. Two rings at once may write one value: each follows the change it tells of, so a
 * thread that noted the value before the second ring finds both changes, or the bound ends its sleep.
 *
 * <p>Thread-safe, as long as the memory stays mapped.
 */
final class Bell {
    /** The longest sleep. */
    static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final ObjectWords words;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition rung = lock.newCondition();
    private volatile @Nullable Futex futex;

    Bell(ObjectWords words) {
        this.words = words;
    }

    /** The word, to be noted before the caller looks for what it waits for. */
    int look() {
        return words.getInt(ObjectLayout.RUNG_AT);
    }

    /** Wakes all; what the caller changed before is seen by them. */
    void ring() {
        words.putInt(ObjectLayout.RUNG_AT, look() + 1);
        ringHere();
        Futex usable = futex();
        if (usable != null) {
            usable.wakeAll();
        }
    }

    private void ringHere() {
        lock.lock();
        try {
            rung.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sleeps until the bell has rung since the word was noted, or some time has passed.
     *
     * @param noted the word
     * @param nanos how long at most, in nanoseconds
     * @param round how often this thread has slept before, while it waits for the same thing
     * @throws InterruptedException when this thread is interrupted, before it sleeps or while it does
     */
    void sleep(int noted, long nanos, int round) throws InterruptedException {
        Futex usable = futex();
        if (usable == null || Threads.isVirtual()) {
            Futexes.request();
            sleepHere(noted, Math.min(nanos, Math.min(LONGEST_NANOS, FIRST_PAUSE_NANOS << Math.min(round, 16))));
        } else {
            usable.sleep(noted, Math.min(nanos, LONGEST_NANOS));
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void sleepHere(int noted, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (left > 0 && look() == noted) {
                left = rung.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Futex futex() {
        Futex known = futex;
        if (known == null) {
            known = Futexes.at(words.memory(), ObjectLayout.RUNG_AT);
            futex = known;
        }
        return known;
    }
}
