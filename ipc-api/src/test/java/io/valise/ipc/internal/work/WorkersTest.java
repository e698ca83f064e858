package io.valise.ipc.internal.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class WorkersTest {
    @Test
    void readersGrowWithWhatBlocks() throws InterruptedException {
        CountDownLatch allAtOnce = new CountDownLatch(50);
        CountDownLatch done = new CountDownLatch(50);
        for (int i = 0; i < 50; i++) {
            Workers.readers().execute(() -> {
                allAtOnce.countDown();
                try {
                    allAtOnce.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                done.countDown();
            });
        }
        done.await();
        assertThat(allAtOnce.getCount()).isZero();
    }

    @Test
    void threadsAreDaemonsWithNames() throws InterruptedException {
        LinkedBlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
        Workers.readers().execute(() -> threads.add(Thread.currentThread()));
        Workers.followers().execute(() -> threads.add(Thread.currentThread()));
        assertThat(threads.take().isDaemon()).isTrue();
        assertThat(threads.take().isDaemon()).isTrue();
    }
}
