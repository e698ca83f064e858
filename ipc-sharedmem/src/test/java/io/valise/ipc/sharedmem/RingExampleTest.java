package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The ring of docs/shared-memory.md, which quotes it word for word. */
@ExtendWith(HangWatchdog.class)
class RingExampleTest {
    @TempDir
    private Path folder;

    private double highest;

    @Test
    void theTwoProgramsOfThePageTalk() {
        Path file = folder.resolve("ticks");
        SharedRing.create(file, 1 << 20).close();
        CompletableFuture<Void> consumer = CompletableFuture.runAsync(() -> consume(file));
        produce(file);
        consumer.join();
        assertThat(highest).isEqualTo(101.5);
    }

    private void consume(Path file) {
        try (SharedRing ring = SharedRing.open(file)) {
            SharedRing.Consumer ticks = ring.consumer();
            while (highest < 101.5) {
                if (ticks.poll(tick -> take(tick.getInt(), tick.getDouble()), 64) == 0) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private static void produce(Path file) {
        try (SharedRing ring = SharedRing.open(file)) {
            SharedRing.Producer ticks = ring.producer();
            ByteBuffer tick = ticks.claim(Integer.BYTES + Double.BYTES); // null when the ring is full
            tick.putInt(7).putDouble(101.25); // straight into shared memory
            ticks.stage(12);
            ticks.claim(12).putInt(7).putDouble(101.5);
            ticks.stage(12);
            ticks.publish(); // one store shows both
        }
    }

    private boolean take(int symbol, double price) {
        assertThat(symbol).isEqualTo(7);
        highest = Math.max(highest, price);
        return true;
    }
}
