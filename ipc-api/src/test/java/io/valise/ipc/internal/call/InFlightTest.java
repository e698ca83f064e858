package io.valise.ipc.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InFlightTest {
    private record Item(long id) implements InFlight.Entry {}

    private final InFlight<Item> table = new InFlight<>();

    @Test
    void entriesOfOneSlotDoNotGetInEachOthersWay() {
        List<Item> all = new ArrayList<>();
        for (long id : new long[] {1, 65, 129, -63, Long.MIN_VALUE + 1}) {
            Item item = new Item(id);
            all.add(item);
            assertThat(table.put(item)).isTrue();
        }
        assertThat(table.size()).isEqualTo(5);
        assertThat(table.snapshot()).containsExactlyInAnyOrderElementsOf(all);
        for (Item item : all) {
            assertThat(table.get(item.id())).isSameAs(item);
            assertThat(table.remove(item.id())).isSameAs(item);
            assertThat(table.remove(item.id())).isNull();
            assertThat(table.get(item.id())).isNull();
        }
        assertThat(table.size()).isZero();
        assertThat(table.snapshot()).isEmpty();
    }

    @Test
    void anIdIsInOnceWhereverItLies() {
        assertThat(table.put(new Item(1))).isTrue();
        assertThat(table.put(new Item(1))).isFalse();
        assertThat(table.put(new Item(65))).isTrue();
        assertThat(table.put(new Item(65))).isFalse();
        table.remove(1);
        assertThat(table.put(new Item(65)))
                .as("its slot is free, but it is not there")
                .isFalse();
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void removalOfOneEntrySparesAnotherWithItsId() {
        Item first = new Item(7);
        table.put(first);
        assertThat(table.remove(new Item(71))).isFalse();
        assertThat(table.remove(first)).isTrue();
        assertThat(table.remove(first)).isFalse();
        table.put(new Item(7));
        Item crowded = new Item(71);
        table.put(crowded);
        assertThat(table.remove(crowded)).isTrue();
        assertThat(table.size()).isEqualTo(1);
    }

    /** Threads put, find and take out entries of colliding ids; one that is in is always found, and taken out once. */
    @Test
    void whatIsInIsAlwaysFound() throws InterruptedException {
        AtomicLong ids = new AtomicLong();
        AtomicInteger missed = new AtomicInteger();
        AtomicInteger taken = new AtomicInteger();
        ConcurrentLinkedQueue<Long> offered = new ConcurrentLinkedQueue<>();
        int puts = 60_000;
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            threads.add(new Thread(() -> {
                for (int i = 0; i < puts / 3; i++) {
                    long id = ids.incrementAndGet() * 16; // four slots for all
                    if (!table.put(new Item(id)) || table.get(id) == null) {
                        missed.incrementAndGet();
                    }
                    offered.add(id);
                }
            }));
        }
        for (int t = 0; t < 3; t++) {
            SplittableRandom random = new SplittableRandom(t);
            threads.add(new Thread(() -> {
                while (taken.get() < puts && missed.get() == 0) {
                    Long id = offered.poll();
                    if (id == null) {
                        Thread.onSpinWait();
                        continue;
                    }
                    Item found = table.get(id);
                    boolean removed = (found != null && random.nextBoolean())
                            ? table.remove(found)
                            : table.remove(id.longValue()) != null;
                    if (found == null || !removed || table.get(id) != null) {
                        missed.incrementAndGet();
                    }
                    taken.incrementAndGet();
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(missed).hasValue(0);
        assertThat(table.size()).isZero();
        assertThat(table.snapshot()).isEmpty();
    }

    @Test
    void ofManyWhoRemoveOneEntryOneGetsIt() throws InterruptedException {
        for (int round = 0; round < 500; round++) {
            long id = round % 3 == 0 ? 64 : round;
            table.put(new Item(id));
            AtomicInteger got = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                threads.add(new Thread(() -> {
                    if (table.remove(id) != null) {
                        got.incrementAndGet();
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(got).hasValue(1);
        }
        assertThat(table.size()).isZero();
    }
}
