package io.valise.ipc.internal.encode;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Stage} for whoever encodes. A platform thread keeps its own; virtual threads, of which there may be a million, share
 * some.
 */
final class StagePool {
    private static final ThreadLocal<byte[]> OWN = new OwnStage();
    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

    private static final int PLACES = 32;
    /** Each place on cache lines of its own. */
    private static final int PLACE_STRIDE = 32;

    private static final byte @Nullable [][] SHARED = new byte[PLACES * PLACE_STRIDE][];
    private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(byte[][].class);

    private StagePool() {}

    static byte[] take() {
        return isVirtual(Thread.currentThread()) ? takeShared() : OWN.get();
    }

    static void giveBack(byte[] stage) {
        if (isVirtual(Thread.currentThread())) {
            PLACE.setRelease(SHARED, place(), stage);
        }
    }

    /** Takes what is in this thread's place; whoever finds it empty, because another has it, makes one. */
    private static byte[] takeShared() {
        byte @Nullable [] stage = (byte[]) PLACE.getAndSetAcquire(SHARED, place(), (byte[]) null);
        return stage == null ? new byte[Stage.CAPACITY] : stage;
    }

    private static int place() {
        return (System.identityHashCode(Thread.currentThread()) & (PLACES - 1)) * PLACE_STRIDE;
    }

    private static boolean isVirtual(Thread thread) {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(thread);
        } catch (Throwable neverThrown) {
            throw new IllegalStateException("Thread.isVirtual", neverThrown);
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

    /** No lambda: the first one costs a fresh JVM more than the first message. */
    private static final class OwnStage extends ThreadLocal<byte[]> {
        @Override
        protected byte[] initialValue() {
            return new byte[Stage.CAPACITY];
        }
    }
}
