package io.valise.ipc.internal.work;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Virtual threads, for a library that runs on Java 17 too, which has none. Thread-safe. */
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
     * Has a platform thread do what blocks in the kernel for a short time, where a virtual one would keep its processor to
     * itself, and waits for it. An interrupt stays set.
     */
    public static void block(Runnable blocking) {
        CompletableFuture<Void> done;
        try {
            done = CompletableFuture.runAsync(blocking, Workers.readers());
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            blocking.run(); // keeps its processor, and loses nothing
            return;
        }
        try {
            done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
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
