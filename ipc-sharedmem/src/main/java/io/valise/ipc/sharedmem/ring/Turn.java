package io.valise.ipc.sharedmem.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to produce, among the threads of one process: one at a time, in no order. Held for the few
 * nanoseconds in which a record is written, so whoever waits spins; it yields its processor from time to time, since
 * the holder may have been preempted. Not reentrant; each thread knows whether it is its own turn. Nothing of it lies in
 * shared memory: no process ever waits for another.
 */
public final class Turn {
    private static final VarHandle TAKEN;
    private static final int LOOKS_BEFORE_YIELD = 64;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(Turn.class, "taken", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private volatile boolean taken;

    /** Who took it. Plain: a thread finds itself here only if it was the last to write, whatever else it sees. */
    private @Nullable Thread holder;

    /** A turn that nobody has. */
    public Turn() {}

    /** Waits for the turn and takes it; pairs with {@link #leave}: what the last holder did happened before. */
    public void take() {
        if (!TAKEN.compareAndSet(this, false, true)) {
            await();
        }
        holder = Thread.currentThread();
    }

    /** Whether this thread has taken it and not left it. */
    public boolean isMine() {
        return holder == Thread.currentThread();
    }

    /** Lets the next one. */
    public void leave() {
        holder = null;
        TAKEN.setRelease(this, false);
    }

    @SuppressWarnings("ThreadPriorityCheck") // Not relied upon: it only spares a preempted holder the wait.
    private void await() {
        int looks = 0;
        do {
            while (taken) {
                if (++looks % LOOKS_BEFORE_YIELD == 0) {
                    Thread.yield();
                } else {
                    Thread.onSpinWait();
                }
            }
        } while (!TAKEN.compareAndSet(this, false, true));
    }
}
