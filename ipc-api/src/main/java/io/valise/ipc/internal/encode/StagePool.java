package io.valise.ipc.internal.encode;

import io.valise.ipc.spi.runtime.Threads;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Stage} for the thread that encodes. A platform thread keeps its own; virtual threads, of which there may be a million, share
 * some.
 */
final class StagePool {
    private static final ThreadLocal<byte[]> OWN = new OwnStage();

    private static final int PLACES = 32;
    /** Each place on cache lines of its own. */
    private static final int PLACE_STRIDE = 32;

    private static final byte @Nullable [][] SHARED = new byte[PLACES * PLACE_STRIDE][];
    private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(byte[][].class);

    private StagePool() {}

    static byte[] take() {
        return Threads.isVirtual() ? takeShared() : OWN.get();
    }

    static void giveBack(byte[] stage) {
        if (Threads.isVirtual()) {
            PLACE.setRelease(SHARED, place(), stage);
        }
    }

    /** Takes the stage in this thread's place; a thread that finds none, because another has it, makes one. */
    private static byte[] takeShared() {
        byte @Nullable [] stage = (byte[]) PLACE.getAndSetAcquire(SHARED, place(), (byte[]) null);
        return stage == null ? new byte[Stage.CAPACITY] : stage;
    }

    private static int place() {
        return (System.identityHashCode(Thread.currentThread()) & (PLACES - 1)) * PLACE_STRIDE;
    }

    /** No lambda: the first one costs a fresh JVM more than the first message. */
    private static final class OwnStage extends ThreadLocal<byte[]> {
        @Override
        protected byte[] initialValue() {
            return new byte[Stage.CAPACITY];
        }
    }
}
