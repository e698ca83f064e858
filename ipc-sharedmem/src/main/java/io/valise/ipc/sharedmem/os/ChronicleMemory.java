package io.valise.ipc.sharedmem.os;

import java.nio.ByteBuffer;
import net.openhft.chronicle.bytes.PointerBytesStore;

/**
 * Shared memory by Chronicle Bytes: a {@link PointerBytesStore} over the address of a mapping, the only part of
 * Chronicle that needs no flag of the JVM. It checks no bounds.
 */
final class ChronicleMemory implements SharedMemory {
    private final Mapping mapping;
    private final PointerBytesStore words = new PointerBytesStore();

    ChronicleMemory(Mapping mapping) {
        this.mapping = mapping;
        words.set(UnsafeAccess.address(mapping.buffer()), mapping.buffer().capacity());
    }

    @Override
    public int size() {
        return mapping.buffer().capacity();
    }

    @Override
    public int getIntAcquire(int offset) {
        return words.readVolatileInt(offset);
    }

    @Override
    public int getIntOpaque(int offset) {
        return words.readVolatileInt(offset);
    }

    @Override
    public void putInt(int offset, int value) {
        words.writeInt(offset, value);
    }

    @Override
    public void putIntRelease(int offset, int value) {
        words.writeOrderedInt(offset, value);
    }

    @Override
    public long getLongAcquire(int offset) {
        return words.readVolatileLong(offset);
    }

    @Override
    public void putLongRelease(int offset, long value) {
        words.writeOrderedLong(offset, value);
    }

    @Override
    public ByteBuffer buffer() {
        return mapping.buffer();
    }

    @Override
    public void unmap() {
        mapping.unmap();
    }
}
