package io.valise.ipc.spi.runtime;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A channel's place in the {@link ReadinessLoop}. Thread-safe. The owner that closes the channel calls {@link #cancel} after
 * it: only then does the system free the descriptor.
 */
public final class Registration {
    private static final int READABLE = SelectionKey.OP_READ | SelectionKey.OP_ACCEPT;
    private static final int WRITABLE = SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

    private final ReadinessLoop loop;
    private final SelectionKey key;
    private final Runnable onReadable;
    private final Runnable onWritable;
    private final AtomicBoolean cancelled = new AtomicBoolean();

    /** {@link #fire}, made once. */
    final Runnable firing = this::fire;

    Registration(ReadinessLoop loop, SelectionKey key, Runnable onReadable, Runnable onWritable) {
        this.loop = loop;
        this.key = key;
        this.onReadable = onReadable;
        this.onWritable = onWritable;
    }

    /** Asks for one call of the read callback; at once if the channel is readable already. Nothing once cancelled. */
    public void arm() {
        arm(key.channel().validOps() & READABLE);
    }

    /**
     * Asks for one call of the write callback; at once if the channel is writable already. While a connection is under
     * way, which is when nothing can be written yet, it is called when that can be finished. Nothing once cancelled.
     */
    public void armWrite() {
        boolean connecting = key.channel() instanceof SocketChannel socket && socket.isConnectionPending();
        arm(connecting ? SelectionKey.OP_CONNECT : SelectionKey.OP_WRITE);
    }

    /** Leaves the loop. A callback that runs at this moment finishes; none starts later than a moment after. Idempotent. */
    public void cancel() {
        key.cancel();
        if (!cancelled.getAndSet(true)) {
            loop.left();
        }
        loop.noticeChange();
    }

    private void arm(int operations) {
        try {
            key.interestOpsOr(operations);
            loop.noticeChange();
        } catch (CancelledKeyException closed) {
            return; // The channel was closed: there is nothing left to wait for.
        }
    }

    private void fire() {
        int ready;
        try {
            ready = key.readyOps();
            key.interestOpsAnd(~ready);
        } catch (CancelledKeyException closed) {
            return;
        }
        try {
            if ((ready & WRITABLE) != 0) {
                onWritable.run();
            }
        } finally {
            if ((ready & READABLE) != 0) {
                onReadable.run();
            }
        }
    }
}
