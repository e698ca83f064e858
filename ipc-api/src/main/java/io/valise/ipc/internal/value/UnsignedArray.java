package io.valise.ipc.internal.value;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An array of unsigned integers as a ValueSet stores it: the bits of its elements, in the narrowest Java array that has
 * them. Users see the array of the next wider Java type ({@link #widened}). Immutable: nothing changes the arrays.
 */
public abstract class UnsignedArray {
    private final int bits;
    private final int length;

    private UnsignedArray(int bits, int length) {
        this.bits = bits;
        this.length = length;
    }

    /** The array of 16 bits an element; takes over the elements. */
    public static UnsignedArray of(char[] elements) {
        return new Of16(elements);
    }

    /** The array of 32 bits an element; takes over the elements. */
    public static UnsignedArray of(int[] elements) {
        return new Of32(elements);
    }

    /** The array of 64 bits an element; takes over the elements. */
    public static UnsignedArray of(long[] elements) {
        return new Of64(elements);
    }

    /** The bits of an element: 16, 32 or 64. */
    public final int bits() {
        return bits;
    }

    /** The number of elements. */
    public final int length() {
        return length;
    }

    /** The bytes of all elements. */
    public final long byteLength() {
        return (long) length * (bits / Byte.SIZE);
    }

    /** One element. */
    public final Unsigned at(int index) {
        return new Unsigned(bits, raw(index));
    }

    abstract long raw(int index);

    /** A new int[], long[] or BigInteger[] for 16, 32 or 64 bits. */
    public abstract Object widened();

    /** Puts all elements at the buffer's position, which does not move, in the buffer's byte order. */
    public abstract void copyTo(ByteBuffer buffer);

    /** The array of elements alone. */
    abstract Object elements();

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof UnsignedArray array
                && bits == array.bits
                && Arrays.deepEquals(new Object[] {elements()}, new Object[] {array.elements()});
    }

    @Override
    public final int hashCode() {
        return Arrays.deepHashCode(new Object[] {elements()});
    }

    private static final class Of16 extends UnsignedArray {
        private final char[] elements;

        Of16(char[] elements) {
            super(16, elements.length);
            this.elements = elements;
        }

        @Override
        long raw(int index) {
            return elements[index];
        }

        @Override
        public Object widened() {
            int[] wide = new int[elements.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = elements[i];
            }
            return wide;
        }

        @Override
        public void copyTo(ByteBuffer buffer) {
            buffer.asCharBuffer().put(elements);
        }

        @Override
        Object elements() {
            return elements;
        }
    }

    private static final class Of32 extends UnsignedArray {
        private final int[] elements;

        Of32(int[] elements) {
            super(32, elements.length);
            this.elements = elements;
        }

        @Override
        long raw(int index) {
            return Integer.toUnsignedLong(elements[index]);
        }

        @Override
        public Object widened() {
            long[] wide = new long[elements.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = raw(i);
            }
            return wide;
        }

        @Override
        public void copyTo(ByteBuffer buffer) {
            buffer.asIntBuffer().put(elements);
        }

        @Override
        Object elements() {
            return elements;
        }
    }

    private static final class Of64 extends UnsignedArray {
        private final long[] elements;

        Of64(long[] elements) {
            super(64, elements.length);
            this.elements = elements;
        }

        @Override
        long raw(int index) {
            return elements[index];
        }

        @Override
        public Object widened() {
            BigInteger[] wide = new BigInteger[elements.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = Unsigned.big(elements[i]);
            }
            return wide;
        }

        @Override
        public void copyTo(ByteBuffer buffer) {
            buffer.asLongBuffer().put(elements);
        }

        @Override
        Object elements() {
            return elements;
        }
    }
}
