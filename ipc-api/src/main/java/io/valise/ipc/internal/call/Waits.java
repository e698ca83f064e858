package io.valise.ipc.internal.call;

import io.valise.ipc.internal.work.Patience;
import java.util.concurrent.Future;

/** Who reads for threads that wait for the futures of calls. Thread-safe. */
public interface Waits {
    /** This thread is about to wait for a future: reads for it, as long as that is worth it. */
    void beginWait(Future<?> future, Patience patience);

    /** What {@link #beginWait} began is over. */
    void endWait();

    /** Something depends on a future that perhaps no thread waits for. */
    void expectDependents();
}
