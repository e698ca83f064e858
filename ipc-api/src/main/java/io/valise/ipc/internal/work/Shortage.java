package io.valise.ipc.internal.work;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.Threads;
import java.util.concurrent.TimeUnit;

/**
 * A lack of descriptors, threads or memory in this process. It passes, and ends no connection: where a thread cannot wait
 * for a link in the link's own way, it looks at the link again and again. Stateless.
 */
public final class Shortage {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private Shortage() {}

    /** A wait of a link. */
    @FunctionalInterface
    public interface Wait {
        /** Waits so many nanoseconds at most. */
        void await(long nanos);
    }

    /**
     * Waits in the way given; where this process lacks what that takes, for a millisecond at most.
     *
     * @param nanos how long at most, in nanoseconds
     */
    public static void await(Wait wait, long nanos) {
        try {
            wait.await(nanos);
        } catch (IpcException | OutOfMemoryError e) {
            if (!isOne(e)) {
                throw e;
            }
            Threads.pause(Math.min(nanos, PAUSE_NANOS));
        }
    }

    /** Whether that was thrown because this process lacks something for now. */
    public static boolean isOne(Throwable failure) {
        return failure instanceof OutOfMemoryError
                || (failure instanceof IpcException known && known.status() == IpcStatus.RESOURCE_EXHAUSTED);
    }
}
