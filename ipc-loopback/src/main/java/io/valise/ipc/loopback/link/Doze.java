package io.valise.ipc.loopback.link;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The sleep of a thread that waits for its socket. The thread itself waits in the kernel (epoll on Linux), by a
 * selector borrowed from the first sleep until {@link #retire}; no other thread stands between. Thread-safe.
 *
 * <p>An interrupt wakes a selector and closes nothing, unlike one that meets a blocking read or write.
 */
final class Doze {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final SocketChannel channel;
    private final int operation;
    private final ReentrantLock bed = new ReentrantLock();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile @Nullable Selector selector;
    private volatile boolean closed;

    /** @param operation one of {@link SelectionKey}'s */
    Doze(SocketChannel channel, int operation) {
        this.channel = channel;
        this.operation = operation;
    }

    /**
     * Sleeps until the socket is ready, {@link #wake}, {@link #close}, an interrupt, or the time is up; for less time
     * when another thread comes to sleep here.
     */
    void sleep(long nanos) {
        if (nanos <= 0 || closed) {
            return;
        }
        if (!bed.tryLock()) {
            // Whoever lies there has lost the right to; his time is not ours.
            rouse();
            bed.lock();
        }
        try {
            sleepInBed(nanos);
        } catch (ClosedChannelException e) {
            // The link was closed meanwhile: that ends every wait.
            closed = true;
        } catch (IOException e) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "cannot wait for the socket: " + e.getMessage() + "; see ulimit -n",
                    e);
        } finally {
            bed.unlock();
        }
        if (closed) {
            retire();
        }
    }

    /** Ends the present sleep, or else the next one. */
    void wake() {
        woken.set(true);
        rouse();
    }

    /** Ends every sleep from now on. */
    void close() {
        closed = true;
        rouse();
        retire();
    }

    /** Gives the selector back, unless somebody sleeps. */
    void retire() {
        if (!bed.tryLock()) {
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
        } catch (IOException e) {
            throw new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "cannot give a selector back: " + e.getMessage(), e);
        } finally {
            bed.unlock();
        }
    }

    private void sleepInBed(long nanos) throws IOException {
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
        } catch (IOException e) {
            SelectorPool.SHARED.give(fresh);
            throw e;
        }
        selector = fresh;
        return fresh;
    }

    private void rouse() {
        Selector there = selector;
        if (there != null) {
            there.wakeup();
        }
    }

    /** Rounded up: to wake a little late is better than to spin through the last millisecond. */
    private static long millis(long nanos) {
        return nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI == 0 ? 0 : 1);
    }
}
