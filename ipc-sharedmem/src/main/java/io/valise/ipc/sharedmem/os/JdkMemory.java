package io.valise.ipc.sharedmem.os;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Shared memory by the JDK alone: needs no flag, prints nothing, and has no start-up time. */
final class JdkMemory implements SharedMemory {
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final Mapping mapping;
    private final ByteBuffer buffer;

    JdkMemory(Mapping mapping) {
        this.mapping = mapping;
        this.buffer = mapping.buffer();
    }

    @Override
    public int size() {
        return buffer.capacity();
    }

    @Override
    public int getIntAcquire(int offset) {
        return (int) INT.getAcquire(buffer, offset);
    }

    @Override
    public int getIntOpaque(int offset) {
        return (int) INT.getOpaque(buffer, offset);
    }

    @Override
    public void putInt(int offset, int value) {
        INT.set(buffer, offset, value);
    }

    @Override
    public void putIntRelease(int offset, int value) {
        INT.setRelease(buffer, offset, value);
    }

    @Override
    public long getLongAcquire(int offset) {
        return (long) LONG.getAcquire(buffer, offset);
    }

    @Override
    public void putLongRelease(int offset, long value) {
        LONG.setRelease(buffer, offset, value);
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public void unmap() {
        mapping.unmap();
    }
}
