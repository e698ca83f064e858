package io.valise.ipc.sharedmem.stress;

import io.valise.ipc.sharedmem.layout.RingLayout;
import io.valise.ipc.sharedmem.os.MemoryKind;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.sharedmem.ring.RingConsumer;
import io.valise.ipc.sharedmem.ring.RingProducer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** A few hundred bytes of one mapped file for each state of a test: to map a file for each would take all the time. */
final class Slot {
    /** Bytes of a slot's ring: four short records. */
    static final int RING_BYTES = 128;

    private static final int BYTES = 512;
    private static final int SLOTS = 1 << 18;
    private static final SharedMemory MEMORY = map();
    private static final AtomicInteger NEXT = new AtomicInteger();

    final SharedMemory memory = MEMORY;
    final int base = (NEXT.getAndIncrement() & (SLOTS - 1)) * BYTES;

    /** A slot of zeros. */
    Slot() {
        for (int at = 0; at < BYTES; at += Long.BYTES) {
            memory.putLongRelease(base + at, 0);
        }
    }

    RingLayout ring() {
        return new RingLayout(base, base + RingLayout.CONTROL_BYTES, RING_BYTES);
    }

    RingProducer producer() {
        return new RingProducer(memory, ring());
    }

    RingConsumer consumer() {
        return new RingConsumer(memory, ring(), () -> {});
    }

    /** Makes a record of one number. */
    static void stage(RingProducer producer, int number) {
        ByteBuffer space = Objects.requireNonNull(producer.claim(Integer.BYTES));
        space.putInt(number);
        producer.stage(Integer.BYTES);
    }

    private static SharedMemory map() {
        try {
            Path file = Files.createTempFile("valise-stress", ".mem");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                return MemoryKind.ofThisJvm().map(channel, SLOTS * BYTES);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
