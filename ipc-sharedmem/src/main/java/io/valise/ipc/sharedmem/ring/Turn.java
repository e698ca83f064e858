package io.valise.ipc.sharedmem.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whose turn it is to produce, among the threads of one process: one at a time, in no order. Held for the few
 * nanoseconds in which a record is written, so a waiting thread spins, with pauses that grow: each look takes the word's
 * cache line away from the holder, which may well write several records before it reaches another. At last each look
 * gives the processor away, since the holder may have been preempted. Not reentrant; each thread knows whether it is its
 * own turn. Nothing of it lies in shared memory: no process ever waits for another.
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

    /** A turn that no thread has. */
    public Turn() {}

    /**
     * Waits for the turn and takes it; pairs with {@link #leave}: what the last holder did happened before.
     *
     * @throws IllegalStateException when this thread has it already
     */
    public void take() {
        long me = Thread.currentThread().getId();
        if (!HOLDER.compareAndSet(this, NO_HOLDER, me)) {
            await(me);
        }
    }

    /** Whether this thread has taken it and not left it. */
    public boolean isMine() {
        return holder == Thread.currentThread().getId();
    }

    /** Lets the next one. */
    public void leave() {
        HOLDER.setRelease(this, NO_HOLDER);
    }

    @SuppressWarnings("ThreadPriorityCheck") // Not relied upon: it only spares a preempted holder the wait.
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
