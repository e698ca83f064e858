package io.valise.ipc.internal.frame;

import java.lang.ref.SoftReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Arrays for frames too long for a transport's buffer, used again: a fresh array of a megabyte costs more to clear than
 * the frame costs to copy. A few are kept for the whole process, and only as long as memory is plentiful. Thread-safe.
 */
public final class LongBuffers {
    private static final int PLACES = 8;
    private static final int LONGEST_KEPT = 4 << 20;
    private static final AtomicReferenceArray<@Nullable SoftReference<byte[]>> KEPT =
            new AtomicReferenceArray<>(PLACES);

    private LongBuffers() {}

    /** An array of at least so many bytes, with any content. */
    public static byte[] take(int length) {
        for (int place = 0; length <= LONGEST_KEPT && place < PLACES; place++) {
            SoftReference<byte[]> kept = KEPT.get(place);
            byte[] array = kept == null ? null : kept.get();
            if (array != null && array.length >= length && KEPT.compareAndSet(place, kept, null)) {
                return array;
            }
        }
        return new byte[length];
    }

    /** Takes back an array to which its user has no reference any more. */
    public static void giveBack(byte[] array) {
        if (array.length > LONGEST_KEPT) {
            return;
        }
        for (int place = 0; place < PLACES; place++) {
            SoftReference<byte[]> kept = KEPT.get(place);
            byte[] there = kept == null ? null : kept.get();
            if ((there == null || there.length < array.length)
                    && KEPT.compareAndSet(place, kept, new SoftReference<>(array))) {
                return;
            }
        }
    }
}
