package io.valise.ipc.internal.session;

import io.valise.ipc.internal.call.SyncCall;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who may read a link: at most one thread at a time, and it moves.
 *
 * <p>The state is one word, a turn number and a phase. A thread that takes the right begins a new turn and knows it by
 * that number. In phase {@link #READING} the right belongs to its holder alone. In the other phases it may be taken
 * over: while the holder runs a handler ({@link #HANDLING}), while a background reader sleeps in the kernel
 * ({@link #SLEEPING}), or when no thread holds it ({@link #FREE}, {@link #ARMED} in the transport's selector,
 * {@link #PAUSED} because too much work is queued). A holder that comes back from such a phase finds out by a failing
 * compare-and-set that the turn is no longer its own, and stops reading.
 *
 * <p>Every transition is a store or a compare-and-set on the one word, of release or stronger, so that whatever a reader
 * did in its turn happens-before the next turn: per-link reading state needs no other synchronisation.
 */
final class ReadRight {
    /** No thread reads. */
    static final int FREE = 0;
    /** The holder polls; no other thread may. */
    static final int READING = 1;
    /** The holder runs a handler; any thread may take over. */
    static final int HANDLING = 2;
    /** A background reader sleeps in the kernel; a caller may take over and wakes it. */
    static final int SLEEPING = 3;
    /** A caller sleeps in the kernel; no thread may take over. */
    static final int CALLER_SLEEPING = 4;
    /** The transport waits; the thread that it calls back takes over, or one that wants to call. */
    static final int ARMED = 5;
    /** The background stopped reading because too much work is queued; callers may read on. */
    static final int PAUSED = 6;

    /** Returned instead of a turn: the right was not to be had. */
    static final long NONE = 0;

    private static final int PHASE_BITS = 3;
    private static final int PHASE_MASK = (1 << PHASE_BITS) - 1;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(ReadRight.class, "state", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long state = word(1, FREE);

    /**
     * What the holder of the right does while it can be taken over. Written before it says {@link #HANDLING}, and read by
     * the thread that has taken over from that phase: the state orders them. For the holder of the right.
     */
    private @Nullable Task running;

    /** The thread that does it; written and read as {@link #running} is. */
    private @Nullable Thread holder;

    /** The callers that wait for the right. */
    private final ConcurrentLinkedQueue<SyncCall> callers = new ConcurrentLinkedQueue<>();

    /** Whether a thread that waits for a future wants the right. */
    private volatile boolean wantedForFuture;

    /** Takes the right for a background reader, if it lies in that phase. */
    long takeFrom(int phase) {
        long now = state;
        return phaseOf(now) == phase ? take(now) : NONE;
    }

    /** Takes the right over if its state is still {@code snapshot}, and tells the task that its holder runs. */
    long takeOver(long snapshot) {
        return takeOver(snapshot, Task::overtaken);
    }

    /** Like {@link #takeOver(long)}, from a thread that runs something for long. */
    long takeOverStalled(long snapshot) {
        return takeOver(snapshot, task -> {
            task.overtaken();
            task.stalled();
        });
    }

    private long takeOver(long snapshot, Consumer<Task> tell) {
        long turn = take(snapshot);
        if (turn != NONE && phaseOf(snapshot) == HANDLING) {
            Task overtaken = running;
            running = null;
            holder = null;
            if (overtaken != null) {
                tell(overtaken, tell);
            }
        }
        return turn;
    }

    private static void tell(Task overtaken, Consumer<Task> tell) {
        try {
            tell.accept(overtaken);
        } catch (RuntimeException | Error e) { // the right has a holder now, which must continue
            SafeLog.of("io.valise.ipc").log(Level.ERROR, "what was overtaken could not be told so", e);
        }
    }

    private long take(long seen) {
        long turn = (seen >>> PHASE_BITS) + 1;
        return STATE.compareAndSet(this, seen, word(turn, READING)) ? turn : NONE;
    }

    /**
     * The holder begins with a task, or with something else that may take long: a new turn, so that a watcher
     * can tell one from the next. It pairs with the compare-and-set of the thread that takes over. Others may see it a moment later,
     * and take it for {@link #READING} until then, which costs a caller a tick of the watchdog at most. A fence here
     * would have every request wait until the other process has given away the cache lines that the last answer was
     * written to.
     */
    long beginHandling(@Nullable Task task, long turn) {
        running = task;
        holder = Thread.currentThread();
        STATE.setRelease(this, word(turn + 1, HANDLING));
        return turn + 1;
    }

    /**
     * Whether the thread that handles can run, so far as the JVM knows: it computes, waits for a processor, or blocks in
     * native code. False when it waits for another thread or for a time. For a thread that has seen {@link #HANDLING}.
     */
    boolean holderIsRunnable() {
        Thread thread = holder;
        return thread != null && thread.getState() == Thread.State.RUNNABLE;
    }

    /** The holder is done with it and wants to poll again; false when the right was taken over meanwhile. */
    boolean endHandling(long turn) {
        if (!resume(HANDLING, turn)) {
            return false;
        }
        running = null; // an idle session keeps neither its last request in memory
        holder = null; // nor a thread that has ended
        return true;
    }

    /**
     * The holder goes to a phase in which it does not poll. Volatile: it looks for waiting callers after that, as they
     * look at the phase after they have queued. With less, each could miss the other.
     */
    void leaveTo(int phase, long turn) {
        state = word(turn, phase);
    }

    /** The holder wants to poll again; false when the right was taken over meanwhile. */
    boolean resume(int from, long turn) {
        return STATE.compareAndSet(this, word(turn, from), word(turn, READING));
    }

    // ---- the threads that wait for the right

    void enqueue(SyncCall caller) {
        callers.add(caller);
    }

    void dequeue(SyncCall caller) {
        callers.remove(caller);
    }

    boolean hasCallers() {
        return !callers.isEmpty();
    }

    /** Wakes the first caller that waits, which may take the right or leave; false when there is none. */
    boolean wakeNextCaller() {
        SyncCall next = callers.peek();
        if (next != null) {
            next.wake();
        }
        return next != null;
    }

    /** A thread that waits for a future would read if the background reader made way. */
    void wantForFuture(boolean yes) {
        wantedForFuture = yes;
    }

    boolean isWantedForFuture() {
        return wantedForFuture;
    }

    // ---- its state

    /** The word as it is now, to be compared with a later one. */
    long snapshot() {
        return state;
    }

    /** The phase now. */
    int phase() {
        return phaseOf(state);
    }

    /** Whether a thread that waits for a reply may take the right in that phase. */
    static boolean isOpenToCallers(int phase) {
        return phase != READING && phase != CALLER_SLEEPING;
    }

    static int phaseOf(long snapshot) {
        return (int) snapshot & PHASE_MASK;
    }

    private static long word(long turn, int phase) {
        return turn << PHASE_BITS | phase;
    }
}
