package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(HangWatchdog.class)
@SuppressWarnings("ThreadPriorityCheck") // A spinning thread yields: the machine may be busy.
class SharedRingTest {
    private static final int CAPACITY = 64 << 10;

    @TempDir
    private Path folder;

    private Path path() {
        return folder.resolve("ring");
    }

    private static void send(SharedRing.Producer out, long number) {
        ByteBuffer space;
        while ((space = out.claim(Long.BYTES)) == null) {
            Thread.yield();
        }
        space.putLong(number);
        out.commit(Long.BYTES);
    }

    private static void stage(SharedRing.Producer out, long number) {
        Objects.requireNonNull(out.claim(Long.BYTES)).putLong(number);
        out.stage(Long.BYTES);
    }

    private static List<Long> receive(SharedRing.Consumer in, int limit) {
        List<Long> numbers = new ArrayList<>();
        in.poll(record -> numbers.add(record.getLong()), limit);
        return numbers;
    }

    @Test
    void recordsCrossInOrderAndPollKeepsItsLimit() {
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            SharedRing.Producer out = ring.producer();
            SharedRing.Consumer in = ring.consumer();
            for (long i = 0; i < 5; i++) {
                send(out, i);
            }
            assertThat(receive(in, 3)).containsExactly(0L, 1L, 2L);
            assertThat(receive(in, 3)).containsExactly(3L, 4L);
            assertThat(receive(in, 3)).isEmpty();
        }
    }

    @Test
    void stagedRecordsAreSeenTogetherAndNotBefore() {
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            SharedRing.Producer out = ring.producer();
            SharedRing.Consumer in = ring.consumer();
            stage(out, 1);
            stage(out, 2);
            assertThat(receive(in, 9)).isEmpty();
            out.publish();
            assertThat(receive(in, 9)).containsExactly(1L, 2L);
            stage(out, 3);
            send(out, 4);
            assertThat(receive(in, 9)).containsExactly(3L, 4L);
        }
    }

    @Test
    void batchesCrossTheEndOfTheRing() {
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            SharedRing.Producer out = ring.producer();
            SharedRing.Consumer in = ring.consumer();
            long sent = 0;
            long received = 0;
            for (int round = 0; round < 2_000; round++) {
                for (int i = 0; i < 100; i++) {
                    ByteBuffer space = Objects.requireNonNull(out.claim(8 + (int) (sent % 57)));
                    space.putLong(sent++);
                    out.stage(8 + (int) ((sent - 1) % 57));
                }
                out.publish();
                for (long number : receive(in, Integer.MAX_VALUE)) {
                    assertThat(number).isEqualTo(received++);
                }
            }
            assertThat(received).isEqualTo(sent);
        }
    }

    @Test
    void fullRingRefusesAndPublishesWhatWasStaged() {
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            SharedRing.Producer out = ring.producer();
            SharedRing.Consumer in = ring.consumer();
            int staged = 0;
            while (out.claim(1000) != null) {
                out.stage(1000);
                staged++;
            }
            assertThat(staged).isBetween(60, 65);
            assertThat(in.poll(record -> record.remaining() == 1000, Integer.MAX_VALUE))
                    .isEqualTo(staged);
            assertThat(out.claim(1000)).isNotNull();
        }
    }

    @Test
    void abortedClaimLeavesNothing() {
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            SharedRing.Producer out = ring.producerForThreads();
            Objects.requireNonNull(out.claim(100)).putLong(1);
            out.abort();
            send(out, 2);
            assertThat(receive(ring.consumer(), 9)).containsExactly(2L);
        }
    }

    /** One thread is inside its claim while the other, which has none, tries to end it. */
    @Test
    void aThreadEndsItsOwnClaimOnly() throws Exception {
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            SharedRing.Producer out = ring.producerForThreads();
            SharedRing.Consumer in = ring.consumer();
            SynchronousQueue<Boolean> meeting = new SynchronousQueue<>();
            CompletableFuture<Void> intruder = CompletableFuture.runAsync(() -> intrude(out, meeting));
            for (long round = 0; round < 100; round++) {
                ByteBuffer space = Objects.requireNonNull(out.claim(8));
                assertThatThrownBy(() -> out.claim(8)).isInstanceOf(IllegalStateException.class);
                meeting.put(true);
                meeting.put(true); // it has been refused
                space.putLong(round);
                out.commit(8);
                assertThat(receive(in, 9)).containsExactly(round);
                meeting.put(true);
                meeting.put(true); // it has sent
                assertThat(receive(in, 9)).containsExactly(-1L);
            }
            intruder.get();
        }
    }

    private static void intrude(SharedRing.Producer out, SynchronousQueue<Boolean> meeting) {
        for (int round = 0; round < 100; round++) {
            take(meeting);
            for (Runnable end : List.<Runnable>of(out::abort, () -> out.commit(1), () -> out.stage(1))) {
                assertThatThrownBy(end::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("claim first");
            }
            take(meeting);
            take(meeting);
            send(out, -1);
            take(meeting);
        }
    }

    private static void take(SynchronousQueue<Boolean> meeting) {
        try {
            meeting.take();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void longestRecordPassesAndLongerIsNamed() {
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            SharedRing.Producer out = ring.producer();
            assertThat(ring.maxRecordBytes()).isEqualTo(CAPACITY / 4 - 4);
            assertThat(out.claim(ring.maxRecordBytes())).isNotNull();
            assertThatThrownBy(() -> out.claim(1)).isInstanceOf(IllegalStateException.class);
            out.abort();
            assertThatThrownBy(() -> out.claim(ring.maxRecordBytes() + 1))
                    .hasMessage("claim: limit=1.." + ring.maxRecordBytes() + " bytes, actual="
                            + (ring.maxRecordBytes() + 1));
            for (Runnable unclaimed : List.<Runnable>of(() -> out.commit(1), () -> out.stage(1), out::abort)) {
                assertThatThrownBy(unclaimed::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("claim first");
            }
        }
    }

    @Test
    void threadsOfOneProcessProduceTogether() {
        int threads = 4;
        long each = 20_000;
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            SharedRing.Producer out = ring.producerForThreads();
            SharedRing.Consumer in = ring.consumer();
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                long mark = (long) t << 32;
                senders.add(CompletableFuture.runAsync(() -> {
                    for (long i = 0; i < each; i++) {
                        send(out, mark | i);
                    }
                }));
            }
            long[] next = new long[threads];
            long received = 0;
            while (received < threads * each) {
                int polled = in.poll(
                        record -> {
                            long number = record.getLong();
                            assertThat((int) number).isEqualTo((int) next[(int) (number >> 32)]++);
                            return true;
                        },
                        64);
                received += polled;
                if (polled == 0) {
                    Thread.yield();
                }
            }
            senders.forEach(CompletableFuture::join);
            assertThat(next).containsOnly(each);
        }
    }

    @Test
    void oneProcessHasAnEnd() {
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            ring.producer();
            ring.consumer();
            assertThatThrownBy(ring::producerForThreads).satisfies(e -> assertStatus(e, IpcStatus.ADDRESS_IN_USE));
            assertThatThrownBy(ring::consumer).satisfies(e -> assertStatus(e, IpcStatus.ADDRESS_IN_USE));
        }
    }

    @Test
    void endsGoOnWhereTheLastOnesStopped() {
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            SharedRing.Producer out = ring.producer();
            SharedRing.Consumer in = ring.consumer();
            for (long i = 0; i < 10_000; i++) {
                send(out, i);
                assertThat(receive(in, 9)).containsExactly(i);
            }
            assertThat(receive(in, 1)).isEmpty();
            send(out, 10_000);
            stage(out, 66);
        }
        try (SharedRing ring = SharedRing.open(path())) {
            SharedRing.Producer out = ring.producer();
            send(out, 10_001);
            assertThat(receive(ring.consumer(), 9)).containsExactly(10_000L, 10_001L);
        }
    }

    @Test
    void killedProducerIsFollowedWithoutAGap() {
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            SharedRing.Consumer in = ring.consumer();
            AtomicLong next = new AtomicLong();
            for (int life = 0; life < 3; life++) {
                try (ForkedJvm producer = ForkedJvm.start(RingProcess.class)) {
                    producer.ask("produce", path(), next.get());
                    long until = next.get() + 20_000;
                    while (next.get() < until) {
                        take(in, next);
                    }
                    producer.kill();
                }
                while (take(in, next) > 0) {
                    assertThat(next.get()).isPositive();
                }
            }
            send(ring.producer(), next.get());
            assertThat(take(in, next)).isEqualTo(1);
        }
    }

    /** The producer writes each number eight times: a torn record would show. */
    private static int take(SharedRing.Consumer in, AtomicLong next) {
        int taken = in.poll(
                record -> {
                    long expected = next.getAndIncrement();
                    while (record.hasRemaining()) {
                        assertThat(record.getLong()).isEqualTo(expected);
                    }
                    return true;
                },
                64);
        if (taken == 0) {
            Thread.yield();
        }
        return taken;
    }

    @Test
    void nothingIsAllocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            SharedRing.Producer out = ring.producer();
            SharedRing.Consumer in = ring.consumer();
            long allocated = Long.MAX_VALUE;
            for (int i = 0; i < 100 && allocated >= 100_000; i++) { // until it is compiled: the interpreter allocates
                long before = threads.getCurrentThreadAllocatedBytes();
                roundTrips(out, in, 100_000);
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertThat(allocated / 100_000).isZero();
        }
    }

    private static void roundTrips(SharedRing.Producer out, SharedRing.Consumer in, int count) {
        for (int i = 0; i < count; i++) {
            send(out, i);
            in.poll(record -> record.getLong() >= 0, 1);
        }
    }

    @Test
    void fileIsPrivateAndStaysUntilDeleted() throws IOException {
        SharedRing.create(path(), CAPACITY).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                .isEqualTo("rw-------");
        assertThat(Files.size(path())).isEqualTo(4096 + CAPACITY + Long.BYTES);
        assertThatThrownBy(() -> SharedRing.create(path(), CAPACITY))
                .satisfies(e -> assertStatus(e, IpcStatus.ADDRESS_IN_USE));
        Files.delete(path());
        assertThatThrownBy(() -> SharedRing.open(path())).satisfies(e -> assertStatus(e, IpcStatus.ENDPOINT_NOT_FOUND));
    }

    @Test
    void closedRingRefuses() {
        SharedRing ring = SharedRing.create(path(), CAPACITY);
        SharedRing.Producer out = ring.producer();
        SharedRing.Consumer in = ring.consumer();
        ring.close();
        ring.close();
        assertThatThrownBy(() -> out.claim(1)).satisfies(e -> assertStatus(e, IpcStatus.CONNECTION_CLOSED));
        assertThatThrownBy(() -> in.poll(record -> true, 1))
                .satisfies(e -> assertStatus(e, IpcStatus.CONNECTION_CLOSED));
        assertThatThrownBy(ring::producer).satisfies(e -> assertStatus(e, IpcStatus.CONNECTION_CLOSED));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1000, 32 << 10, 100_000, 128 << 20})
    void capacityThatCannotBeIsNamed(int capacity) {
        assertThatThrownBy(() -> SharedRing.create(path(), capacity)).hasMessageContaining("actual=" + capacity);
        assertThat(path()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 12, 128, 4096, -1})
    void fileThatHoldsNoRingIsRefused(int wrongAt) throws IOException {
        try (SharedRing ring = SharedRing.create(path(), CAPACITY)) {
            send(ring.producer(), 1);
        }
        try (FileChannel file = FileChannel.open(path(), StandardOpenOption.WRITE)) {
            if (wrongAt < 0) {
                file.truncate(CAPACITY);
            } else {
                file.write(
                        ByteBuffer.allocate(8).putLong(0x7777_7777_7777_7777L).flip(), wrongAt);
            }
        }
        assertThatThrownBy(() -> {
                    try (SharedRing ring = SharedRing.open(path())) {
                        ring.producer();
                    }
                })
                .isInstanceOfSatisfying(
                        IpcException.class,
                        e -> assertThat(e.status()).isIn(IpcStatus.PROTOCOL_ERROR, IpcStatus.VERSION_MISMATCH));
    }

    @Test
    void anEndThatCannotBeTakenIsTakenOnceTheFileIsMended() throws IOException {
        int consumerPosition = 128;
        try (SharedRing ring = SharedRing.create(path(), CAPACITY);
                FileChannel file = FileChannel.open(path(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(8).putLong(-1).flip(), consumerPosition);
            for (Runnable take : List.<Runnable>of(ring::producer, ring::producerForThreads, ring::consumer)) {
                assertThatThrownBy(take::run).satisfies(e -> assertStatus(e, IpcStatus.PROTOCOL_ERROR));
            }
            file.write(ByteBuffer.allocate(8), consumerPosition);
            send(ring.producer(), 7);
            assertThat(receive(ring.consumer(), 9)).containsExactly(7L);
        }
    }

    private static void assertStatus(Throwable e, IpcStatus status) {
        assertThat(e)
                .isInstanceOfSatisfying(
                        IpcException.class, x -> assertThat(x.status()).isEqualTo(status));
    }
}
