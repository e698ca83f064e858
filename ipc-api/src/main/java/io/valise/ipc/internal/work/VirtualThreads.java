package io.valise.ipc.internal.work;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** What there is to heed about them, on Java 17 too, which has none. */
public final class VirtualThreads {
    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

    private VirtualThreads() {}

    /** Whether the calling thread is virtual: one of perhaps a million, which shares its processor with others. */
    public static boolean isCurrent() {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable neverThrown) {
            throw new IllegalStateException("Thread.isVirtual", neverThrown);
        }
    }

    /**
     * Has a platform thread do what blocks in the kernel, where a virtual one would keep its processor to itself, and waits
     * for it. An interrupt stays set.
     *
     * @param wake makes {@code blocking} return, when the waiting thread is interrupted
     */
    public static void block(Runnable blocking, Runnable wake) {
        FutureTask<Void> task = new FutureTask<>(blocking, null);
        Workers.readers().execute(task);
        boolean interrupted = false;
        while (!isOver(task)) {
            interrupted = true;
            wake.run();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a task; false when interrupted. */
    private static boolean isOver(FutureTask<Void> task) {
        try {
            task.get();
            return true;
        } catch (InterruptedException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    /** Thread.isVirtual where the JDK has it (21 on). */
    private static @Nullable MethodHandle isVirtual() {
        MethodType type = MethodType.methodType(boolean.class);
        try {
            return MethodHandles.publicLookup().findVirtual(Thread.class, "isVirtual", type);
        } catch (ReflectiveOperationException beforeJava21) {
            return null;
        }
    }
}
