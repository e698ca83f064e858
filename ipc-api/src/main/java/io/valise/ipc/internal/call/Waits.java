package io.valise.ipc.internal.call;

import io.valise.ipc.internal.work.Patience;
import java.util.concurrent.Future;

/** How threads wait for the futures of calls: they look for the answer themselves as long as that is worth it. Thread-safe. */
public interface Waits {
    /** This thread is about to wait for a future. Whatever comes of it, {@link #endWait} follows. */
    void beginWait(Future<?> future, Patience patience);

    /** The wait is over. */
    void endWait();

    /** Has somebody read, since something depends on a future that perhaps no thread waits for. */
    void expectDependents();
}
