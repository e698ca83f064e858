package io.valise.ipc.pipes.unix;

import io.valise.ipc.spi.runtime.LoopWait;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Blocks a thread until a channel can be read or another thread wakes it. It has a selector of its own while threads
 * wait here, so that the kernel wakes the waiting thread directly. Where the system refuses a selector, for want of
 * descriptors or memory, the readiness loop wakes it. Thread-safe.
 *
 * <p>No wake-up is lost: {@link #wake} writes {@code woken} and then reads {@code waiting}; {@link #await} writes
 * {@code waiting} and then reads {@code woken}. All are volatile, so at least one of the two sees the other, and a
 * selector remembers a wake-up that comes just before its select.
 */
final class ReadWaiter {
    private static final Logger LOG = SafeLog.of(ReadWaiter.class);

    private final SocketChannel channel;
    private final LoopWait withoutSelector;
    private final Object turn = new Object();
    private volatile @Nullable Selector selector;
    private volatile boolean waiting;
    private volatile boolean woken;
    private volatile boolean closed;
    private boolean idle;

    /** @param arm makes the readiness loop call {@link #readable} when the channel is readable */
    ReadWaiter(SocketChannel channel, Runnable arm) {
        this.channel = channel;
        this.withoutSelector = new LoopWait(arm);
    }

    /** Returns when the channel is readable, on a wake-up, an interrupt or after the time, rounded up to milliseconds. */
    void await(long nanos) {
        if (nanos <= 0 || closed) {
            return;
        }
        synchronized (turn) { // A thread that lost the read right may still be on its way out of here.
            waiting = true;
            try {
                select(nanos);
            } catch (ClosedSelectorException | ClosedChannelException e) {
                return; // The link was closed or became idle: its new reader is elsewhere.
            } catch (IOException | OutOfMemoryError e) {
                LOG.log(Level.DEBUG, "no selector to wait with; the readiness loop wakes this thread", e);
                withoutSelector.await(nanos, () -> woken || closed);
                woken = false;
            } finally {
                waiting = false;
            }
        }
    }

    private void select(long nanos) throws IOException {
        Selector current = prepare();
        if (current != null && !woken) {
            current.select(ReadWaiter::ignore, millis(nanos));
        } else {
            woken = false;
        }
    }

    /** The readiness loop reports that the channel can be read. */
    void readable() {
        withoutSelector.tell();
    }

    /** Ends the current wait; without one, the next wait. */
    void wake() {
        woken = true;
        if (waiting) {
            Selector current = selector;
            if (current != null) {
                current.wakeup();
            }
            withoutSelector.tell();
        }
    }

    /** No thread waits here for now. The selector is kept for the next time while few idle links have one. */
    void rest() {
        synchronized (this) {
            if (idle || selector == null) {
                return;
            }
            idle = true;
        }
        IdleWaiters.add(this);
        if (closed) { // meanwhile: it was taken out before it was added
            IdleWaiters.remove(this);
        }
    }

    /** Closes the selector if it was not used again. */
    synchronized void retire() {
        if (idle) {
            closeSelector();
        }
    }

    /** Ends the current wait and all later ones. */
    void close() {
        closed = true;
        IdleWaiters.remove(this);
        synchronized (this) {
            closeSelector();
        }
        withoutSelector.tell();
    }

    private synchronized @Nullable Selector prepare() throws IOException {
        if (idle) {
            idle = false;
            IdleWaiters.remove(this);
        }
        Selector current = selector;
        if (current == null && !closed) {
            current = open();
            selector = current;
        }
        return current;
    }

    private Selector open() throws IOException {
        Selector fresh = Selector.open();
        boolean registered = false;
        try {
            channel.register(fresh, SelectionKey.OP_READ);
            registered = true;
            return fresh;
        } finally {
            if (!registered) {
                close(fresh);
            }
        }
    }

    private void closeSelector() {
        Selector current = selector;
        selector = null;
        idle = false;
        if (current != null) {
            close(current);
        }
    }

    /** Takes a ready key without allocating a set of keys; the reader then reads to see whether there is data. */
    private static void ignore(SelectionKey key) {}

    private static void close(Selector selector) {
        try {
            selector.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing a selector failed", e);
        }
    }

    private static long millis(long nanos) {
        long whole = TimeUnit.NANOSECONDS.toMillis(nanos);
        return TimeUnit.MILLISECONDS.toNanos(whole) == nanos ? whole : whole + 1;
    }
}
