package io.valise.ipc.internal.work;

/**
 * The buckets of times in nanoseconds: of 64 ns up to 512 ns, then 8 for each power of two, so that a time is known to an
 * eighth, up to 68 s; the last has all that took longer. Stateless.
 */
public final class LatencyBuckets {
    /** How many there are. */
    public static final int COUNT = 224;

    private static final int UNIT_BITS = 6;
    private static final int PART_BITS = 3;
    private static final int PARTS = 1 << PART_BITS;

    private LatencyBuckets() {}

    /** The bucket of a time. */
    public static int of(long nanos) {
        long units = Math.max(0, nanos) >>> UNIT_BITS;
        int exponent = Math.max(PART_BITS, Long.SIZE - 1 - Long.numberOfLeadingZeros(units | 1));
        int shift = exponent - PART_BITS;
        return Math.min(COUNT - 1, shift * PARTS + (int) (units >>> shift));
    }

    /** The longest time of a bucket. */
    public static long longest(int bucket) {
        int shift = Math.max(0, bucket / PARTS - 1);
        long first = bucket - (long) shift * PARTS;
        return ((first + 1) << (shift + UNIT_BITS)) - 1;
    }
}
