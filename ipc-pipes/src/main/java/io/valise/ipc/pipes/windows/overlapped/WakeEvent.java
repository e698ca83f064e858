package io.valise.ipc.pipes.windows.overlapped;

import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Waits for an event of Windows in a way that {@link #wakeup} and {@link Thread#interrupt} end: by a second event. It
 * is a selector only because {@code begin} and {@code end} of a selector are how the JDK lets an interrupt end a wait
 * in native code; it selects nothing. Thread-safe.
 *
 * <p>The second event stays signalled while a thread is still in {@link #await}: all waiters leave, and a wake-up that
 * finds no waiter ends the next wait.
 */
public final class WakeEvent extends AbstractSelector {
    private final Win32 win32;
    private final long event;
    private int waiters;
    private boolean freed;

    /** An event of its own. */
    public WakeEvent(Win32 win32) throws Win32Exception {
        super(SelectorProvider.provider());
        this.win32 = win32;
        this.event = win32.createEvent();
    }

    /**
     * Returns when that event is signalled, after a wake-up, on an interrupt, or after the time, rounded up to
     * milliseconds.
     */
    public void await(long awaited, long nanos) {
        if (nanos <= 0 || !enter()) {
            return;
        }
        begin();
        try {
            win32.waitForAny(new long[] {awaited, event}, millis(nanos));
        } finally {
            end();
            leave();
        }
    }

    private synchronized boolean enter() {
        waiters += freed ? 0 : 1;
        return !freed;
    }

    private synchronized void leave() {
        waiters--;
        if (waiters == 0) {
            win32.resetEvent(event);
        }
    }

    /** Ends all current waits; without one, the next wait. */
    @Override
    public synchronized Selector wakeup() {
        if (!freed) {
            win32.setEvent(event);
        }
        return this;
    }

    /** Frees the event; no thread waits any more. */
    public synchronized void free() {
        if (!freed) {
            freed = true;
            win32.closeHandle(event);
        }
    }

    /** Nanoseconds, not negative, as milliseconds rounded up, or as {@link Win32#INFINITE}. */
    public static int millis(long nanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos) + (nanos % 1_000_000 == 0 ? 0 : 1);
        return millis >= Integer.MAX_VALUE ? Win32.INFINITE : (int) millis;
    }

    @Override
    protected void implCloseSelector() {
        free();
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
        throw new UnsupportedOperationException("it selects nothing");
    }

    @Override
    public Set<SelectionKey> keys() {
        return Set.of();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        return Set.of();
    }

    @Override
    public int selectNow() {
        return 0;
    }

    @Override
    public int select(long timeout) {
        throw new UnsupportedOperationException("it selects nothing");
    }

    @Override
    public int select() {
        throw new UnsupportedOperationException("it selects nothing");
    }
}
