package io.valise.ipc.internal.call;

import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.Work;

/** What the calls of this end need of the connection that they are made on. Thread-safe. */
public interface Line {
    /** Where received work that waits for a thread is counted. */
    Backlog backlog();

    /** Has one of the library's own threads do the work, so that this one need not wait for it. */
    void follow(Work work);

    /** Has work of the user's done where it is meant to be done; here, where that is refused. */
    void handOver(Work work);

    /** Sends the frame that opens a stream, as a request would be sent. */
    void sendOpening(PendingCall stream, OutFrame frame);

    /** Sends a frame of a stream, waiting for room as long as a request would. */
    void sendItem(OutFrame frame);

    /** Sends a frame that nobody misses if the peer is gone, without waiting for room on this thread. */
    void sendAside(OutFrame frame);

    /** Has a background reader read, unless somebody reads or is about to. */
    void ensureRead();
}
