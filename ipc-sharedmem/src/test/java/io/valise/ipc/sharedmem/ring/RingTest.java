package io.valise.ipc.sharedmem.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.sharedmem.layout.RingLayout;
import io.valise.ipc.sharedmem.os.MemoryKind;
import io.valise.ipc.sharedmem.os.TestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The ring, over both memories. */
@SuppressWarnings("ThreadPriorityCheck") // A spinning thread yields: the machine may be busy.
class RingTest {
    private static final int CAPACITY = 4096;
    private static final RingLayout LAYOUT = new RingLayout(0, 512, CAPACITY);

    /** A ring whose ends see it through different mappings, as two processes do. */
    private static final class Ring implements AutoCloseable {
        final TestMemory file;
        final RingProducer producer;
        final RingConsumer consumer;
        final AtomicInteger freed = new AtomicInteger();

        Ring(MemoryKind kind) {
            file = new TestMemory(kind, 512 + CAPACITY);
            producer = new RingProducer(file.map(), LAYOUT);
            consumer = new RingConsumer(file.map(), LAYOUT, freed::incrementAndGet);
        }

        boolean send(byte... frame) {
            ByteBuffer space = producer.claim(frame.length);
            if (space == null) {
                return false;
            }
            space.put(frame);
            producer.commit(frame.length);
            return true;
        }

        List<byte[]> receive(int limit) {
            List<byte[]> frames = new ArrayList<>();
            consumer.poll(
                    view -> {
                        byte[] frame = new byte[view.remaining()];
                        view.get(frame);
                        return frames.add(frame);
                    },
                    limit);
            return frames;
        }

        @Override
        public void close() {
            file.close();
        }
    }

    private static byte[] frame(int seed, int length) {
        byte[] frame = new byte[length];
        new Random(seed).nextBytes(frame);
        return frame;
    }

    @ParameterizedTest
    @EnumSource
    void everyLengthCrossesEveryPlaceOfTheRing(MemoryKind kind) {
        try (Ring ring = new Ring(kind)) {
            for (int round = 0; round < 3; round++) {
                for (int length = 1; length <= LAYOUT.maxPayload(); length++) {
                    assertThat(ring.send(frame(length, length))).isTrue();
                    assertThat(ring.receive(10)).containsExactly(frame(length, length));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void fullRingRefusesAndGoesOnWhereItWas(MemoryKind kind) {
        try (Ring ring = new Ring(kind)) {
            int sent = 0;
            int received = 0;
            for (int lap = 0; lap < 20; lap++) {
                while (ring.send(frame(sent, 1 + sent % 700))) {
                    sent++;
                }
                assertThat(ring.producer.hasRoom()).isFalse();
                for (byte[] frame : ring.receive(1 + lap)) {
                    assertThat(frame).isEqualTo(frame(received, 1 + received % 700));
                    received++;
                }
            }
            assertThat(sent).isGreaterThan(40);
            for (byte[] frame : ring.receive(Integer.MAX_VALUE)) {
                assertThat(frame).isEqualTo(frame(received, 1 + received % 700));
                received++;
            }
            assertThat(received).isEqualTo(sent);
            assertThat(ring.producer.hasRoom()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void readRingHasRoomForTheLongestFrameWhereverItStands(MemoryKind kind) {
        try (Ring ring = new Ring(kind)) {
            for (int i = 0; i < 5000; i++) {
                assertThat(ring.send(frame(i, 1 + i % 50))).isTrue();
                ring.receive(10);
                assertThat(ring.producer.claim(LAYOUT.maxPayload())).isNotNull();
                ring.producer.abort();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shorterCommitAndAbortLeaveNoTrace(MemoryKind kind) {
        try (Ring ring = new Ring(kind)) {
            for (int i = 0; i < 3000; i++) {
                ByteBuffer dropped = ring.producer.claim(1 + i % 900);
                assertThat(dropped).isNotNull();
                while (dropped.hasRemaining()) {
                    dropped.put((byte) -1);
                }
                ring.producer.abort();
                ByteBuffer space = ring.producer.claim(500);
                assertThat(space).isNotNull();
                assertThat(space.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
                assertThat(space.remaining()).isEqualTo(500);
                space.put(frame(i, 500)).order(ByteOrder.LITTLE_ENDIAN);
                ring.producer.commit(1 + i % 500);
                byte[] expected = java.util.Arrays.copyOf(frame(i, 500), 1 + i % 500);
                assertThat(ring.receive(10)).containsExactly(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void pollHonoursLimitAndHandler(MemoryKind kind) {
        try (Ring ring = new Ring(kind)) {
            for (byte i = 0; i < 10; i++) {
                ring.send(i);
            }
            assertThat(ring.receive(3)).containsExactly(new byte[] {0}, new byte[] {1}, new byte[] {2});
            assertThat(ring.consumer.poll(view -> false, 5)).isEqualTo(1);
            assertThatThrownBy(() -> ring.consumer.poll(
                            view -> {
                                throw new IllegalStateException("handler");
                            },
                            5))
                    .hasMessage("handler");
            assertThat(ring.receive(1)).containsExactly(new byte[] {5});
            assertThat(ring.consumer.hasFrame()).isTrue();
            assertThat(ring.receive(100)).hasSize(4);
            assertThat(ring.consumer.hasFrame()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void positionIsPublishedOncePerEighth(MemoryKind kind) {
        try (Ring ring = new Ring(kind)) {
            for (int i = 0; i < 8 * 64; i++) {
                ring.send(new byte[60]);
                ring.receive(1);
            }
            assertThat(ring.freed).hasValue(8 * 64 * 64 / (CAPACITY / 8));
        }
    }

    @ParameterizedTest
    @EnumSource
    void claimsOfImpossibleLengthsSayTheLimit(MemoryKind kind) {
        try (Ring ring = new Ring(kind)) {
            assertThatThrownBy(() -> ring.producer.claim(LAYOUT.maxPayload() + 1))
                    .hasMessage("claim: limit=1..1020 bytes, actual=1021");
            assertThatThrownBy(() -> ring.producer.claim(0)).hasMessageContaining("actual=0");
            assertThatThrownBy(() -> ring.producer.commit(1)).hasMessageContaining("limit=1..0");
            ring.producer.claim(10);
            assertThatThrownBy(() -> ring.producer.claim(10)).hasMessageContaining("10 bytes are claimed");
            assertThatThrownBy(() -> ring.producer.commit(11)).hasMessageContaining("limit=1..10");
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoThreadsLoseAndConfuseNothing(MemoryKind kind) {
        try (Ring ring = new Ring(kind)) {
            int frames = 300_000;
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendSummed(ring, frames));
            Receiver receiver = new Receiver();
            while (receiver.next < frames) {
                if (ring.consumer.poll(receiver::onFrame, 64) == 0) {
                    Thread.yield();
                    assertThat(sending.isCompletedExceptionally()).isFalse();
                }
            }
            sending.join();
            assertThat(ring.consumer.hasFrame()).isFalse();
        }
    }

    private static void sendSummed(Ring ring, int frames) {
        byte[] filler = frame(1, LAYOUT.maxPayload());
        CRC32C sum = new CRC32C();
        for (int i = 0; i < frames; i++) {
            int length = 8 + (i * 31 & (i % 64 == 0 ? 511 : 63));
            ByteBuffer space = ring.producer.claim(length);
            while (space == null) {
                Thread.yield();
                space = ring.producer.claim(length);
            }
            sum.reset();
            sum.update(filler, i % 128, length - 8);
            space.putInt(i).putInt((int) sum.getValue()).put(filler, i % 128, length - 8);
            ring.producer.commit(length);
        }
    }

    private static final class Receiver {
        private final CRC32C sum = new CRC32C();
        private int next;

        boolean onFrame(ByteBuffer view) {
            assertThat(view.getInt()).isEqualTo(next++);
            int expected = view.getInt();
            sum.reset();
            sum.update(view);
            assertThat((int) sum.getValue()).isEqualTo(expected);
            return true;
        }
    }
}
