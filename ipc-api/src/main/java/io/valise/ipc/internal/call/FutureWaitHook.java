package io.valise.ipc.internal.call;

import io.valise.ipc.internal.work.Deadline;
import java.util.concurrent.Future;

/** How threads wait for the futures of calls: they read for the reply themselves while that pays. Thread-safe. */
public interface FutureWaitHook {
    /** This thread is about to wait for a future. {@link #endWait} follows in every case. */
    void beginWait(Future<?> future, Deadline deadline);

    /** The wait is over. */
    void endWait();

    /** Has a thread read: a reply or another frame is expected that perhaps no thread waits for. */
    void expectFrames();
}
