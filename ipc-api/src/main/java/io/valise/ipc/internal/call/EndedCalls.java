package io.valise.ipc.internal.call;

import io.valise.ipc.internal.work.Task;
import io.valise.ipc.internal.work.TaskRunner;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Several calls whose replies one poll has read, and whose futures nothing depended on then: completed one after the
 * other. The thread that takes the reading over meanwhile has another thread complete the rest; completing a future twice
 * does no harm. Thread-safe.
 */
public final class EndedCalls implements Task {
    /** So many are completed at a time: the first must not wait long for the last to be read. */
    public static final int MOST = 16;

    private final TaskRunner tasks;
    private final List<AsyncCall> calls;
    private final AtomicReference<@Nullable Task> rest;

    /**
     * @param calls not to be changed any more
     * @param rest what was read behind them
     */
    public EndedCalls(TaskRunner tasks, List<AsyncCall> calls, @Nullable Task rest) {
        this.tasks = tasks;
        this.calls = calls;
        this.rest = new AtomicReference<>(rest);
    }

    @Override
    public void run(boolean onReader) {
        for (AsyncCall call : calls) {
            if (call.hasDependents()) { // since it was read; the others do not wait for them
                tasks.runOnWorker(call);
            } else {
                call.run(onReader);
            }
        }
    }

    @Override
    public boolean needsOtherThread(boolean readerIsCaller) {
        return false;
    }

    @Override
    public boolean endsCall() {
        return true;
    }

    /** Takes what was read behind the calls, to run it; null when there is nothing, or another thread took it. */
    public @Nullable Task takeRest() {
        return rest.getAndSet(null);
    }

    @Override
    public void overtaken() {
        tasks.runOnWorker(new Finish());
    }

    /** Completes what the overtaken thread has not completed: usually nothing by the time that this runs. */
    private final class Finish implements Task {
        @Override
        public void run(boolean onReader) {
            EndedCalls.this.run(onReader);
            Task left = EndedCalls.this.takeRest();
            if (left != null) {
                tasks.runOnExecutor(left);
            }
        }

        @Override
        public boolean needsOtherThread(boolean readerIsCaller) {
            return false;
        }

        @Override
        public boolean endsCall() {
            return true;
        }
    }
}
