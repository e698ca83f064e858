package io.valise.ipc.testkit;

import io.valise.ipc.spi.Link;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One direction of a {@link MemoryLink}: a bounded queue of frames. Thread-safe: all state is under its monitor. */
final class MemoryChannel {
    private static final int CAPACITY = 1 << 20;

    private final @Nullable Flaw flaw;
    private final AtomicInteger bytes;
    private final Deque<byte[]> frames = new ArrayDeque<>();
    private List<Runnable> armed = new ArrayList<>();
    private boolean writerGone;
    private boolean readerGone;
    private boolean woken;
    private boolean endTold;
    private int count;
    private int most;

    MemoryChannel(@Nullable Flaw flaw) {
        this(flaw, new AtomicInteger());
    }

    private MemoryChannel(@Nullable Flaw flaw, AtomicInteger bytes) {
        this.flaw = flaw;
        this.bytes = bytes;
    }

    MemoryChannel sharingRoom() {
        return new MemoryChannel(flaw, bytes);
    }

    private boolean has(Flaw mistake) {
        return flaw == mistake;
    }

    synchronized boolean hasRoom(int length) {
        return (readerGone && !has(Flaw.SENDS_TO_THE_DEAD_BLOCK))
                || has(Flaw.NEVER_FULL)
                || bytes.get() + length <= CAPACITY
                || (frames.isEmpty() && !has(Flaw.ONE_BUFFER_FOR_BOTH_DIRECTIONS));
    }

    /** How much of the capacity is taken, 0 to 1. */
    synchronized double occupancy() {
        most = has(Flaw.OCCUPANCY_NEVER_FALLS) ? Math.max(most, bytes.get()) : bytes.get();
        return Math.min(1, most / (double) CAPACITY);
    }

    synchronized boolean isReaderGone() {
        return readerGone;
    }

    void put(byte[] frame) {
        List<Runnable> fired = List.of();
        synchronized (this) {
            count++;
            boolean lost = readerGone && !has(Flaw.SENDS_TO_THE_DEAD_BLOCK);
            if (lost || (count % 1000 == 0 && has(Flaw.DROPS_EVERY_THOUSANDTH_FRAME))) {
                return;
            }
            boolean swap = count % 10 == 0 && has(Flaw.SWAPS_TWO_FRAMES) && !frames.isEmpty();
            byte[] last = swap ? frames.removeLast() : null;
            frames.addLast(frame);
            if (last != null) {
                frames.addLast(last);
            }
            if (count % 1000 == 0 && has(Flaw.REPEATS_EVERY_THOUSANDTH_FRAME)) {
                frames.addLast(frame);
                bytes.addAndGet(frame.length);
            }
            bytes.addAndGet(frame.length);
            notifyAll();
            fired = fire();
        }
        fired.forEach(Runnable::run);
    }

    /** Takes what is armed; guarded by the monitor, run outside. */
    private List<Runnable> fire() {
        List<Runnable> fired = armed;
        armed = new ArrayList<>(has(Flaw.ARM_FIRES_TWICE) ? fired : List.of());
        return fired;
    }

    private synchronized boolean isReadable() {
        return !frames.isEmpty() || writerGone || readerGone;
    }

    int poll(Link.FrameHandler handler, int limit) {
        int delivered = 0;
        boolean more = true;
        while (delivered < (has(Flaw.IGNORES_POLL_LIMIT) ? Integer.MAX_VALUE : limit) && more) {
            byte[] frame = take();
            if (frame == null) {
                return delivered == 0 && atEnd() ? Link.END : delivered;
            }
            delivered++;
            more = handler.onFrame(view(frame)) || has(Flaw.IGNORES_HANDLER_ANSWER);
        }
        return delivered;
    }

    private ByteBuffer view(byte[] frame) {
        if (has(Flaw.LENDS_A_LARGER_VIEW)) {
            return ByteBuffer.wrap(Arrays.copyOf(frame, (frame.length + 7) & ~7));
        }
        return ByteBuffer.wrap(frame).order(ByteOrder.BIG_ENDIAN);
    }

    private synchronized byte @Nullable [] take() {
        while (has(Flaw.POLL_BLOCKS) && frames.isEmpty() && !writerGone && !readerGone && park(Long.MAX_VALUE)) {
            // looks again
        }
        byte[] frame = frames.poll();
        if (frame != null) {
            bytes.addAndGet(-frame.length);
            if (!has(Flaw.WRITABLE_NOT_SIGNALLED)) {
                notifyAll();
            }
        }
        return frame;
    }

    private synchronized boolean atEnd() {
        boolean end = frames.isEmpty() && (writerGone || readerGone) && !(endTold && has(Flaw.END_IS_TOLD_ONCE));
        endTold |= end;
        return end;
    }

    void await(long nanos) {
        synchronized (this) {
            long deadline = System.nanoTime() + nanos;
            boolean first = true;
            while (!woken && (!isReadable() || (first && has(Flaw.SIGNALS_ARRIVAL_ONLY_TO_EMPTY_WAITERS)))) {
                first = false;
                long left = has(Flaw.WAIT_OVERFLOWS) ? Math.multiplyExact(nanos, 2) : deadline - System.nanoTime();
                if (nanos == 0 || (left <= 0 && nanos < Long.MAX_VALUE / 2) || !park(left)) {
                    return;
                }
            }
            woken = false;
        }
    }

    void awaitRoom(long nanos) {
        synchronized (this) {
            long deadline = System.nanoTime() + nanos;
            while (bytes.get() >= CAPACITY / 2 && !writerGone && (!readerGone || has(Flaw.SENDS_TO_THE_DEAD_BLOCK))) {
                long left = deadline - System.nanoTime();
                if (nanos == 0 || (left <= 0 && nanos < Long.MAX_VALUE / 2) || !park(left)) {
                    return;
                }
            }
        }
    }

    /** Waits under the monitor; false when interrupted. */
    @SuppressWarnings("WaitNotInLoop") // the callers loop
    private boolean park(long nanos) {
        try {
            wait(Math.max(1, Math.abs(nanos) / 1_000_000));
            return true;
        } catch (InterruptedException e) {
            if (has(Flaw.INTERRUPT_CLOSES)) {
                readerGone = true;
            }
            if (!has(Flaw.INTERRUPT_CLEARED)) {
                Thread.currentThread().interrupt();
            }
            return false;
        }
    }

    void arm(Runnable readable) {
        synchronized (this) {
            if (!isReadable() || has(Flaw.ARM_IGNORES_THE_PAST)) {
                if (!has(Flaw.ARM_KEEPS_ALL)) {
                    armed.clear();
                }
                armed.add(readable);
                return;
            }
        }
        readable.run();
    }

    synchronized void wake() {
        woken = !has(Flaw.WAKE_IS_LOST_WITHOUT_A_WAITER);
        notifyAll();
    }

    void writerLeaves() {
        List<Runnable> fired = List.of();
        synchronized (this) {
            writerGone = true;
            if (has(Flaw.CLOSE_DROPS_FRAMES)) {
                frames.clear();
            }
            if (!has(Flaw.END_IS_NOT_SIGNALLED)) {
                notifyAll();
            }
            if (!has(Flaw.ARM_IGNORES_THE_END)) {
                fired = fire();
            }
        }
        fired.forEach(Runnable::run);
    }

    synchronized void readerLeaves() {
        readerGone = true;
        frames.clear();
        armed.clear();
        if (!has(Flaw.OWN_CLOSE_IS_NOT_SIGNALLED)) {
            notifyAll();
        }
    }
}
