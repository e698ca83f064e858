package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One daemon thread that waits for all channels that no other thread waits for. It sleeps in the kernel: no timer, no cost while
 * nothing happens, whatever the number of channels. It starts with the first registration, and ends some seconds after the
 * last channel and task have left; the next registration, with whichever loop, starts another.
 *
 * <p>Callbacks run on that thread, one after the other: they hand over or do something short, and never block. One that
 * throws is logged and does no harm to others. The loop has a timer too, which needs no thread of its own. Thread-safe.
 */
public final class ReadinessLoop {
    private static final long PAUSE_AT_EXIT = TimeUnit.MILLISECONDS.toNanos(1);
    /** Longer, and times could not be compared by their distance. */
    private static final long LONGEST_NANOS = Long.MAX_VALUE >> 1;

    private static volatile @Nullable ReadinessLoop shared;

    private final Selector selector;
    private final Thread thread;
    private final LoopTimer timer = new LoopTimer();
    private final AtomicInteger registrations = new AtomicInteger();
    private final IdleClock idleClock = new IdleClock();
    private @Nullable ShutdownHook hook; // set before the thread starts
    private volatile boolean exiting;
    private boolean ended; // guarded by the class

    private ReadinessLoop() throws IOException {
        selector = Selector.open();
        thread = Threads.daemon("valise-readiness", () -> Threads.repeat("waiting for channels", this::round));
    }

    /**
     * The loop of this process.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when the system refuses the descriptors or the thread; a later call
     *     tries again
     */
    public static ReadinessLoop shared() {
        ReadinessLoop loop = shared;
        return loop != null ? loop : start();
    }

    private static synchronized ReadinessLoop start() {
        ReadinessLoop loop = shared;
        if (loop == null) {
            try {
                loop = new ReadinessLoop();
                loop.begin();
            } catch (IOException e) {
                throw new IpcException(
                        IpcStatus.RESOURCE_EXHAUSTED, "cannot open a selector: " + e, Delivery.NOT_SENT, e);
            }
            shared = loop;
        }
        return loop;
    }

    private void begin() {
        noticeExit();
        Threads.start(thread, this::release);
    }

    /**
     * Adds a channel, not armed yet.
     *
     * @param channel non-blocking, registered here at most once in its life
     * @param onReadable runs on the loop's thread once per {@link Registration#arm} when the channel can be read or
     *     accepted from, has ended or failed
     * @throws IpcException {@code CONNECTION_CLOSED} when the channel is closed
     */
    public Registration register(SelectableChannel channel, Runnable onReadable) {
        return register(channel, onReadable, () -> {});
    }

    /**
     * Adds a channel, not armed yet, whose writing or connecting may have to wait too.
     *
     * @param onWritable runs on the loop's thread once per {@link Registration#armWrite} when the channel takes bytes
     *     again, can finish to connect, or failed
     */
    public Registration register(SelectableChannel channel, Runnable onReadable, Runnable onWritable) {
        synchronized (ReadinessLoop.class) {
            return ended
                    ? shared().register(channel, onReadable, onWritable)
                    : registerHere(channel, onReadable, onWritable);
        }
    }

    private Registration registerHere(SelectableChannel channel, Runnable onReadable, Runnable onWritable) {
        try {
            SelectionKey key = channel.register(selector, 0);
            Registration registration = new Registration(this, key, onReadable, onWritable);
            key.attach(registration);
            registrations.incrementAndGet();
            return registration;
        } catch (ClosedChannelException e) {
            throw new IpcException(IpcStatus.CONNECTION_CLOSED, "the channel to wait for is closed", e);
        }
    }

    /**
     * Runs a task on the loop's thread after a time; the task hands over or does something short.
     *
     * @param nanos how long from now, in nanoseconds, rounded up to milliseconds
     * @return takes the task back unless it has run, so that the loop keeps neither the task nor what it refers to;
     *     idempotent
     * @since 0.1.0
     */
    public Runnable after(long nanos, Runnable task) {
        synchronized (ReadinessLoop.class) {
            return ended ? shared().after(nanos, task) : afterHere(Math.min(nanos, LONGEST_NANOS), task);
        }
    }

    private Runnable afterHere(long nanos, Runnable task) {
        LoopTimer.Due due = timer.add(System.nanoTime() + nanos, task);
        if (timer.isNext(due)) {
            noticeChange();
        }
        return () -> takeBack(due);
    }

    private void takeBack(LoopTimer.Due due) {
        if (timer.removeLast(due)) {
            noticeChange(); // the thread may end now
        }
    }

    /** Makes the thread take note of a changed key; on the thread itself it does so anyway before it sleeps. */
    void noticeChange() {
        if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
    }

    /**
     * A JVM that exits waits 300 ms for daemon threads in native code, such as a select (HotSpot's {@code
     * VM_Exit::wait_for_threads_in_native_to_block}). From then on the thread looks around and parks, in turn: other
     * shutdown hooks may still need it.
     */
    private void noticeExit() {
        try {
            hook = ShutdownHook.add("valise-readiness-exit", this::exit);
        } catch (IllegalStateException already) {
            exit();
        }
    }

    private void exit() {
        exiting = true;
        selector.wakeup();
    }

    private boolean round() {
        try {
            select();
            timer.runDue(System.nanoTime());
            return !endsIdle();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void select() throws IOException {
        if (exiting) {
            LockSupport.parkNanos(PAUSE_AT_EXIT);
            selector.selectNow(ReadinessLoop::dispatch);
        } else {
            long limit = isUnused() ? Threads.IDLE_MILLIS : timer.millisToNext(System.nanoTime());
            selector.select(ReadinessLoop::dispatch, limit);
        }
    }

    /** A registration has been cancelled. */
    void left() {
        registrations.decrementAndGet();
    }

    /**
     * Not by the selector's keys: a cancelled key stays among them until the next select. A wake-up that comes while a
     * callback runs may be taken for one that came before, and then that select would have no limit.
     */
    private boolean isUnused() {
        return registrations.get() == 0 && timer.isEmpty();
    }

    /** Whether it was unused for a while, and has ended. */
    private boolean endsIdle() {
        return idleClock.hasRunOut(!exiting && isUnused()) && end();
    }

    private boolean end() {
        synchronized (ReadinessLoop.class) {
            if (!isUnused()) {
                return false;
            }
            ended = true;
            shared = null;
        }
        release();
        return true;
    }

    /** A process that exits keeps the selector to its end. */
    private void release() {
        ShutdownHook added = hook;
        if (added == null || added.remove()) {
            try {
                selector.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void dispatch(SelectionKey key) {
        Threads.run("a readiness callback", ((Registration) key.attachment()).firing);
    }
}
