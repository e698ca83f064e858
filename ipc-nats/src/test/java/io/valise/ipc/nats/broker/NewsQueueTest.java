package io.valise.ipc.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** News while the system refuses threads, which no test can have a system do at a given moment. */
class NewsQueueTest {
    private final List<String> told = new ArrayList<>();
    private final Queue<Runnable> begun = new ArrayDeque<>();
    private final Queue<Runnable> planned = new ArrayDeque<>();
    private boolean refusesThreads;
    private boolean refusesTimers;
    private final NewsQueue news = new NewsQueue(this::execute, this::plan);

    private void execute(Runnable task) {
        if (refusesThreads) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        begun.add(task);
    }

    private void plan(Runnable task) {
        if (refusesTimers) {
            throw new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "no thread for the timer");
        }
        planned.add(task);
    }

    private void tell(String text) {
        news.tell(() -> told.add(text));
    }

    private static void runAll(Queue<Runnable> tasks) {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** It may hold a lock that the news want, and which is given back only when what it does here has returned. */
    @Test
    void theCallingThreadTellsNothing() {
        refusesThreads = true;
        tell("one");
        tell("two");
        assertThat(told).isEmpty();
        assertThat(planned).hasSize(1);
        planned.remove().run(); // still no thread
        assertThat(planned).hasSize(1);
        refusesThreads = false;
        tell("three");
        runAll(planned);
        assertThat(told).isEmpty();
        runAll(begun);
        assertThat(told).containsExactly("one", "two", "three");
    }

    @Test
    void withoutATimerTheNextNewsBegin() {
        refusesThreads = true;
        refusesTimers = true;
        tell("one");
        assertThat(planned).isEmpty();
        refusesThreads = false;
        tell("two");
        runAll(begun);
        assertThat(told).containsExactly("one", "two");
    }
}
