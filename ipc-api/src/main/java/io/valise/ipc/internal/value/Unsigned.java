package io.valise.ipc.internal.value;

import java.math.BigInteger;

/**
 * An unsigned integer as a ValueSet stores it. Users see the next wider Java type ({@link #widened}); the width survives
 * the trip over the wire. Immutable.
 *
 * @param bits 8, 16, 32 or 64
 * @param raw the value; for 64 bits its two's complement
 */
public record Unsigned(int bits, long raw) {
    private static final BigInteger MAX_64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    /** The largest value of a width. */
    public static BigInteger max(int bits) {
        return bits == 64 ? MAX_64 : BigInteger.valueOf((1L << bits) - 1);
    }

    /** Whether a non-negative number, given as two's complement of 64 bits, fits the width. */
    public static boolean fits(int bits, long raw) {
        return bits == 64 || raw >>> bits == 0;
    }

    /** Short, Integer, Long or BigInteger for 8, 16, 32 or 64 bits. */
    public Number widened() {
        return switch (bits) {
            case 8 -> (short) raw;
            case 16 -> (int) raw;
            case 32 -> raw;
            default -> big(raw);
        };
    }

    /** The number that 64 bits stand for when read without sign. */
    public static BigInteger big(long raw) {
        BigInteger low = BigInteger.valueOf(raw & Long.MAX_VALUE);
        return raw < 0 ? low.setBit(63) : low;
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(raw);
    }
}
