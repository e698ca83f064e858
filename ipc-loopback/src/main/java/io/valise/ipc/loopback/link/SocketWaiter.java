package io.valise.ipc.loopback.link;

import io.valise.ipc.spi.runtime.LoopWait;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Blocks a thread until its socket is ready. The thread itself waits in the kernel (epoll on Linux), by a selector that
 * is borrowed from the first wait until {@link #retire}; no other thread is involved. Where the system refuses a
 * selector, for want of descriptors or memory, the readiness loop wakes it. Thread-safe.
 *
 * <p>An interrupt wakes a selector and closes nothing, unlike an interrupt during a blocking read or write.
 */
final class SocketWaiter {
    private static final Logger LOG = SafeLog.of(SocketWaiter.class);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final SocketChannel channel;
    private final int operation;
    private final LoopWait withoutSelector;
    private final ReentrantLock waitLock = new ReentrantLock();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile @Nullable Selector selector;
    private volatile boolean closed;

    /**
     * @param operation one of {@link SelectionKey}'s
     * @param arm makes the readiness loop call {@link #ready} when the operation is possible
     */
    SocketWaiter(SocketChannel channel, int operation, Runnable arm) {
        this.channel = channel;
        this.operation = operation;
        this.withoutSelector = new LoopWait(arm);
    }

    /**
     * Waits until the socket is ready, {@link #wake}, {@link #close}, an interrupt, or the timeout; ends earlier when
     * another thread comes to wait here.
     */
    void sleep(long nanos) {
        if (nanos <= 0 || closed) {
            return;
        }
        if (!waitLock.tryLock()) {
            rouse(); // The thread that waits there has lost the read right.
            waitLock.lock();
        }
        try {
            select(nanos);
        } catch (ClosedChannelException e) {
            // The link was closed meanwhile: that ends every wait.
            closed = true;
        } catch (IOException | OutOfMemoryError e) {
            LOG.log(Level.DEBUG, "no selector to wait with; the readiness loop wakes this thread", e);
            withoutSelector.await(nanos, () -> woken.get() || closed);
            woken.set(false);
        } finally {
            waitLock.unlock();
        }
        if (closed) {
            retire();
        }
    }

    /** Ends the current wait; without one, the next wait. */
    void wake() {
        woken.set(true);
        rouse();
    }

    /** The readiness loop reports that the socket may be ready. */
    void ready() {
        withoutSelector.tell();
    }

    /** Ends the current wait and all later ones. */
    void close() {
        closed = true;
        rouse();
        retire();
    }

    /** Returns the selector to the pool, unless a thread waits by it. */
    void retire() {
        if (!waitLock.tryLock()) {
            return;
        }
        try {
            Selector borrowed = selector;
            selector = null;
            if (borrowed != null) {
                SelectionKey key = channel.keyFor(borrowed);
                if (key != null) {
                    key.cancel();
                }
                SelectorPool.SHARED.give(borrowed);
            }
        } finally {
            waitLock.unlock();
        }
    }

    private void select(long nanos) throws IOException {
        Selector ours = selector;
        if (ours == null) {
            ours = borrow();
        }
        // Pairs with wake() and close(), which set their flag first and look for the selector then: either they see it,
        // or we see the flag.
        if (woken.getAndSet(false) || closed) {
            return;
        }
        ours.select(key -> {}, millis(nanos));
        woken.set(false);
    }

    private Selector borrow() throws IOException {
        Selector fresh = SelectorPool.SHARED.take();
        try {
            channel.register(fresh, operation);
            selector = fresh;
            return fresh;
        } finally {
            if (selector == null) {
                SelectorPool.SHARED.give(fresh);
            }
        }
    }

    private void rouse() {
        Selector there = selector;
        if (there != null) {
            there.wakeup();
        }
        withoutSelector.tell();
    }

    /** Rounded up: waking slightly late is better than spinning through the last millisecond. */
    private static long millis(long nanos) {
        return nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI == 0 ? 0 : 1);
    }
}
