package io.valise.ipc.internal.serve;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.frame.Sendable;

/** The connection by which a peer asks, as those see it who answer. Thread-safe. */
public interface Asker extends IpcConnection {
    /** Whether this is the end that accepted the connection. */
    boolean isServer();

    /** Whether the peer has said that it closes the connection, and so waits for no answers. */
    boolean isPeerClosing();

    /** What a call of the peer is told that comes too late at this end. */
    CloseReason tooLateHere();

    /** Whether the connection has ended: there is nobody to answer. */
    boolean isEnded();

    /**
     * Sends the answer of a request of the peer.
     *
     * @param onReader whether the calling thread flushes soon after
     */
    void answer(Sendable frame, boolean onReader);

    /** Sends a frame of a stream, waiting for room as long as a request would. */
    void sendItem(OutFrame frame);
}
