package io.valise.ipc.pipes.unix;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Blocks a thread until a channel can be read or somebody wakes it. It has a selector of its own while threads really
 * wait here, so that the thread that waits is the thread that the kernel wakes. Thread-safe.
 *
 * <p>No wake-up is lost: {@link #wake} writes {@code woken} and then reads {@code waiting}; {@link #await} writes
 * {@code waiting} and then reads {@code woken}. All are volatile, so at least one of the two sees the other, and a
 * selector remembers a wake-up that comes just before its select.
 */
final class ReadWaiter {
    private final SocketChannel channel;
    private final Object turn = new Object();
    private volatile @Nullable Selector selector;
    private volatile boolean waiting;
    private volatile boolean woken;
    private volatile boolean closed;
    private boolean idle;

    ReadWaiter(SocketChannel channel) {
        this.channel = channel;
    }

    /** Returns when the channel is readable, on a wake-up, an interrupt or after the time, rounded up to milliseconds. */
    void await(long nanos) {
        if (nanos <= 0 || closed) {
            return;
        }
        synchronized (turn) { // A thread that lost the read right may still be leaving.
            waiting = true;
            try {
                Selector current = prepare();
                if (current != null && !woken) {
                    current.select(ReadWaiter::ignore, millis(nanos));
                } else {
                    woken = false;
                }
            } catch (ClosedSelectorException | ClosedChannelException e) {
                return; // The link was closed or became idle: its new reader is elsewhere.
            } catch (IOException e) {
                throw new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "cannot wait for the peer: " + e, e);
            } finally {
                waiting = false;
            }
        }
    }

    /** Ends the wait of this moment, or else the next one. */
    void wake() {
        woken = true;
        if (waiting) {
            Selector current = selector;
            if (current != null) {
                current.wakeup();
            }
        }
    }

    /** Nobody waits here for now. The selector is kept for the next time while few idle links have one. */
    void rest() {
        synchronized (this) {
            if (idle || selector == null) {
                return;
            }
            idle = true;
        }
        IdleWaiters.add(this);
    }

    /** Closes the selector if nobody came back to it. */
    synchronized void retire() {
        if (idle) {
            closeSelector();
        }
    }

    /** Ends all waiting for good. */
    void close() {
        closed = true;
        IdleWaiters.remove(this);
        synchronized (this) {
            closeSelector();
        }
    }

    private synchronized @Nullable Selector prepare() throws IOException {
        if (idle) {
            idle = false;
            IdleWaiters.remove(this);
        }
        Selector current = selector;
        if (current == null && !closed) {
            current = Selector.open();
            selector = current;
            channel.register(current, SelectionKey.OP_READ);
        }
        return current;
    }

    private void closeSelector() {
        Selector current = selector;
        selector = null;
        idle = false;
        if (current != null) {
            close(current);
        }
    }

    /** Takes a ready key without the garbage of a set of them; the reader finds out by reading. */
    private static void ignore(SelectionKey key) {}

    private static void close(Selector selector) {
        try {
            selector.close();
        } catch (IOException e) {
            SafeLog.of(ReadWaiter.class).log(System.Logger.Level.DEBUG, "closing a selector failed", e);
        }
    }

    private static long millis(long nanos) {
        long whole = TimeUnit.NANOSECONDS.toMillis(nanos);
        return TimeUnit.MILLISECONDS.toNanos(whole) == nanos ? whole : whole + 1;
    }
}
