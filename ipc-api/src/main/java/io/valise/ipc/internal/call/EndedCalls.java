package io.valise.ipc.internal.call;

import io.valise.ipc.internal.work.Work;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Several calls whose answers one poll has read, and whose futures nothing depended on then: completed one after the
 * other. Whoever takes the reading over meanwhile has the rest completed by another thread, should this one not get on;
 * to complete a future twice does no harm. Thread-safe.
 */
public final class EndedCalls implements Work {
    /** So many are completed at a time: the first must not wait long for the last to be read. */
    public static final int MOST = 16;

    private final Line line;
    private final List<AsyncCall> calls;
    private final AtomicReference<@Nullable Work> rest;

    /**
     * @param calls not to be changed any more
     * @param rest what was read behind them
     */
    public EndedCalls(Line line, List<AsyncCall> calls, @Nullable Work rest) {
        this.line = line;
        this.calls = calls;
        this.rest = new AtomicReference<>(rest);
    }

    @Override
    public void run(boolean onReader) {
        for (AsyncCall call : calls) {
            if (call.hasDependents()) { // since it was read; the others do not wait for them
                line.follow(call);
            } else {
                call.run(onReader);
            }
        }
    }

    @Override
    public boolean handsOff(boolean readerIsCaller) {
        return false;
    }

    @Override
    public boolean endsCall() {
        return true;
    }

    @Override
    public @Nullable Work takeRest() {
        return rest.getAndSet(null);
    }

    @Override
    public void overtaken() {
        line.follow(new Finish());
    }

    /** All that the thread which was overtaken has not come to, which is as a rule nothing by the time that this runs. */
    private final class Finish implements Work {
        @Override
        public void run(boolean onReader) {
            EndedCalls.this.run(onReader);
            Work left = EndedCalls.this.takeRest();
            if (left != null) {
                line.handOver(left);
            }
        }

        @Override
        public boolean handsOff(boolean readerIsCaller) {
            return false;
        }

        @Override
        public boolean endsCall() {
            return true;
        }
    }
}
