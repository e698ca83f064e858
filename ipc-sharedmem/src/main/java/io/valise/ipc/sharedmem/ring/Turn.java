package io.valise.ipc.sharedmem.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A spin lock for the threads of one process that produce: one at a time, in no order. Held for the few nanoseconds in
 * which a record is written, so a waiting thread spins, with pauses that grow: each look takes the word's cache line
 * away from the holder, which may well write several records before it reaches another. Finally each look yields the
 * processor, since the holder may have been preempted. Not reentrant; a thread can check whether it is the holder. It
 * is not in shared memory: no process ever waits for another.
 */
public final class Turn {
    private static final VarHandle HOLDER;
    private static final long NO_HOLDER = 0;
    private static final int SHORTEST_PAUSE = 4;
    private static final int LONGEST_PAUSE = 64;

    static {
        try {
            HOLDER = MethodHandles.lookup().findVarHandle(Turn.class, "holder", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** The thread that has it, by its id: a reference would cost the collector's bookkeeping at each store. */
    private volatile long holder;

    /** A lock that no thread holds. */
    public Turn() {}

    /**
     * Acquires the lock; pairs with {@link #leave}: the writes of the last holder happened before.
     *
     * @throws IllegalStateException when this thread holds it already
     */
    public void take() {
        long me = Thread.currentThread().getId();
        if (!HOLDER.compareAndSet(this, NO_HOLDER, me)) {
            await(me);
        }
    }

    /** Whether this thread holds it. */
    public boolean isMine() {
        return holder == Thread.currentThread().getId();
    }

    /** Releases the lock. */
    public void leave() {
        HOLDER.setRelease(this, NO_HOLDER);
    }

    @SuppressWarnings("ThreadPriorityCheck") // Only a hint, which lets a preempted holder run.
    private void await(long me) {
        if (holder == me) {
            throw new IllegalStateException("claim: limit=1 claim of a thread, actual=2; commit or abort the first");
        }
        int pause = SHORTEST_PAUSE;
        do {
            for (int i = 0; i < pause; i++) {
                Thread.onSpinWait();
            }
            if (pause < LONGEST_PAUSE) {
                pause *= 2;
            } else {
                Thread.yield();
            }
        } while (holder != NO_HOLDER || !HOLDER.compareAndSet(this, NO_HOLDER, me));
    }
}
