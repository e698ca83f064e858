package io.valise.ipc.internal.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Arrays that are used again belong to one user at a time. */
@Timeout(30)
class LongBuffersTest {
    @Test
    void nobodyGetsAnArrayThatAnotherHas() throws Exception {
        int threads = 4;
        CyclicBarrier together = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Boolean>> users = new ArrayList<>();
            for (int user = 0; user < threads; user++) {
                byte mark = (byte) (user + 1);
                users.add(pool.submit(() -> {
                    together.await();
                    return keepsWhatItWrites(mark);
                }));
            }
            for (Future<Boolean> user : users) {
                assertThat(user.get(20, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static boolean keepsWhatItWrites(byte mark) {
        for (int round = 0; round < 5_000; round++) {
            byte[] mine = LongBuffers.take(70_000 + round % 7);
            mine[0] = mark;
            mine[69_999] = mark;
            Thread.onSpinWait();
            if (mine[0] != mark || mine[69_999] != mark) {
                return false;
            }
            LongBuffers.giveBack(mine);
        }
        return true;
    }

    @Test
    void arraysAreLongEnoughWhateverIsKept() {
        Set<byte[]> held = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int length : new int[] {1, 100_000, 4 << 20, (4 << 20) + 1, 50_000}) {
            byte[] array = LongBuffers.take(length);
            assertThat(array.length).isGreaterThanOrEqualTo(length);
            assertThat(held.add(array)).isTrue();
        }
        held.forEach(LongBuffers::giveBack);
        assertThat(LongBuffers.take(60_000).length).isGreaterThanOrEqualTo(60_000);
    }
}
