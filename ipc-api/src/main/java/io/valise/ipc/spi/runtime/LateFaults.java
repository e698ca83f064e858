package io.valise.ipc.spi.runtime;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Has the JVM say now what it may say later. An access to mapped memory that its file has lost is reported as
 * InternalError, on Java 25 at once, on Java 17 only when the thread next comes back from the JVM's own code: from a
 * sleep, for instance, within a lock or the queue of a pool, which would stay broken for all other threads; within the
 * cleaner of a buffer it even ends the JVM. So a thread that has used shared memory calls this before it goes there,
 * unless it has no time: it costs some 100 ns. Stateless.
 */
public final class LateFaults {
    private static final boolean LATE = Runtime.version().feature() < 25;
    private static final int MORE_THAN_COMPILERS_INLINE = 8;

    /** Written only, so that no compiler leaves the allocation out. */
    @SuppressWarnings("UnusedVariable")
    private static int @Nullable [][] sink;

    private LateFaults() {}

    /**
     * Does nothing, or throws what this thread has coming.
     *
     * @throws InternalError for an access before this call to memory that is not there
     */
    public static void report() {
        if (LATE) {
            // The cheapest call into the JVM from which compiled code, too, returns by the way that looks for errors:
            // native methods, such as Thread.yield, do not, and parking for no time at all is a system call.
            sink = new int[MORE_THAN_COMPILERS_INLINE][0];
        }
    }

    /** Takes the errors that this thread still has to throw, and logs them: the connections they belong to have ended. */
    public static void settle() {
        try {
            report();
        } catch (InternalError late) {
            SafeLog.of(LateFaults.class).log(Level.DEBUG, "this thread used memory that is gone", late);
        }
    }
}
