package io.valise.ipc;

import java.math.BigInteger;

/**
 * The methods of {@link ValueSet.Builder} for unsigned numbers, which Java has no types of. What is out of range is an
 * {@link IllegalArgumentException} with the key, the limit and the value, and of an array the index. Not thread-safe.
 *
 * @since 0.1.0
 */
public interface UnsignedBuilder {
    /** Puts 0 to 255; {@link ValueSet#get} answers a Short. */
    ValueSet.Builder putUInt8(String key, int v);

    /** Puts 0 to 65,535; {@link ValueSet#get} answers an Integer. */
    ValueSet.Builder putUInt16(String key, int v);

    /** Puts 0 to 4,294,967,295; {@link ValueSet#get} answers a Long. */
    ValueSet.Builder putUInt32(String key, long v);

    /** Puts 0 to 18,446,744,073,709,551,615; {@link ValueSet#get} answers a BigInteger. */
    ValueSet.Builder putUInt64(String key, BigInteger v);

    /** Puts an array of numbers from 0 to 65,535; {@link ValueSet#getInts} reads it. */
    ValueSet.Builder putUInt16Array(String key, int... v);

    /** Puts an array of numbers from 0 to 4,294,967,295; {@link ValueSet#getLongs} reads it. */
    ValueSet.Builder putUInt32Array(String key, long... v);

    /** Puts an array of numbers from 0 to 18,446,744,073,709,551,615; {@link ValueSet#getBigIntegers} reads it. */
    ValueSet.Builder putUInt64Array(String key, BigInteger... v);
}
