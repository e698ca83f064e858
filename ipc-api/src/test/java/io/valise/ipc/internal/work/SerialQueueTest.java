package io.valise.ipc.internal.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testlog.Logs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SerialQueueTest {
    private final AtomicInteger relieved = new AtomicInteger();
    private final Backlog backlog = new Backlog(10_000, relieved::incrementAndGet);
    private final SerialQueue queue = new SerialQueue(backlog);

    @Test
    void whoFindsItIdleRunsItAndOthersLeaveTheirTasks() {
        List<Integer> done = new ArrayList<>();
        assertThat(queue.add(() -> done.add(1), 100)).isTrue();
        assertThat(queue.add(() -> done.add(2), 100)).isFalse();
        assertThat(queue.isIdle()).isFalse();
        queue.run(true);
        assertThat(done).containsExactly(1, 2);
        assertThat(queue.isIdle()).isTrue();
        assertThat(backlog.bytes()).isZero();
        assertThat(queue.add(() -> done.add(3), 100)).isTrue();
    }

    @Test
    void tasksAddedByATaskFollowIt() {
        List<Integer> done = new ArrayList<>();
        queue.add(
                () -> {
                    assertThat(queue.add(() -> done.add(2), 0)).isFalse();
                    done.add(1);
                },
                0);
        queue.run(true);
        assertThat(done).containsExactly(1, 2);
    }

    @Test
    @Logs("a task failed")
    void aTaskThatFailsStopsNoOther() {
        List<Integer> done = new ArrayList<>();
        queue.add(
                () -> {
                    throw new AssertionError("on purpose");
                },
                10);
        queue.add(() -> done.add(1), 10);
        queue.run(true);
        assertThat(done).containsExactly(1);
        assertThat(queue.isIdle()).isTrue();
        assertThat(backlog.bytes()).isZero();
    }

    @Test
    void runsOnTheReaderUnlessItIsACallerOrMustNot() {
        assertThat(queue.needsOtherThread(false)).isFalse();
        assertThat(queue.needsOtherThread(true)).isTrue();
        assertThat(new SerialQueue(backlog, true).needsOtherThread(false)).isTrue();
    }

    @Test
    void oneAtATimeInOrderWhoeverRunsIt() throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        int[] next = new int[1];
        int tasks = 20_000;
        CountDownLatch done = new CountDownLatch(tasks);
        for (int i = 0; i < tasks; i++) {
            int number = i;
            boolean mine = queue.add(
                    () -> {
                        if (inside.incrementAndGet() != 1 || next[0]++ != number) {
                            wrong.incrementAndGet();
                        }
                        inside.decrementAndGet();
                        done.countDown();
                    },
                    number % 100);
            if (mine) {
                pool.execute(() -> queue.run(false));
            }
        }
        done.await();
        pool.shutdown();
        assertThat(wrong).hasValue(0);
        assertThat(next[0]).isEqualTo(tasks);
        while (!queue.isIdle()) {
            Thread.onSpinWait();
        }
        assertThat(backlog.bytes()).isZero();
    }

    // ---- the backlog

    @Test
    void backlogIsHighAboveItsLimitAndRelievedOnceBelowHalf() {
        for (int i = 0; i < 9; i++) {
            backlog.grow(1000);
        }
        assertThat(backlog.isHigh()).isTrue();
        assertThat(backlog.isExcessive()).isFalse();
        for (int i = 0; i < 9; i++) {
            backlog.shrink(1000);
        }
        assertThat(relieved).hasValue(1);
        assertThat(backlog.bytes()).isZero();
    }

    @Test
    void oneHugePieceRelievesToo() {
        backlog.grow(90_000);
        assertThat(backlog.isExcessive()).isTrue();
        backlog.shrink(90_000);
        assertThat(relieved).hasValue(1);
        backlog.grow(100);
        backlog.shrink(100);
        assertThat(relieved).as("it was not high").hasValue(1);
    }
}
