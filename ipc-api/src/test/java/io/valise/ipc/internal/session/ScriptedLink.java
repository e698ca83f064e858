package io.valise.ipc.internal.session;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Link;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A link whose other end is the test: a {@link ScriptedPeer} puts in the frames that the session polls, and takes out
 * those it commits. All state is under the monitor.
 */
final class ScriptedLink implements Link {
    static final int MAX_FRAME_BYTES = 8 << 10;

    private final ArrayDeque<byte[]> incoming = new ArrayDeque<>();
    private final ArrayDeque<byte[]> committed = new ArrayDeque<>();
    private final ArrayDeque<byte[]> outgoing = new ArrayDeque<>();
    private int capacity = Integer.MAX_VALUE;
    private int flushes = Integer.MAX_VALUE;
    private byte[] claimed = {};
    private @Nullable Runnable armed;
    private boolean ended;
    private boolean closed;
    private boolean woken;
    private boolean broken;
    private int blockedSenders;
    private @Nullable Throwable lack;
    private int refusedWaits;
    private boolean holding;
    private volatile boolean tears;
    private volatile boolean refusesFrames;
    private int claimsWithMemory = Integer.MAX_VALUE;
    private volatile Runnable beforePoll = () -> {};
    private volatile Runnable afterFrames = () -> {};
    private volatile Runnable beforeWaitForRoom = () -> {};
    private volatile Runnable beforeWaitForFrames = () -> {};

    // ---- the test's end

    /** Puts frames in, all at once: no poll sees some of them only. */
    void put(byte[]... frames) {
        Runnable readable;
        synchronized (this) {
            incoming.addAll(List.of(frames));
            readable = disarm();
        }
        run(readable);
    }

    void end() {
        Runnable readable;
        synchronized (this) {
            ended = true;
            readable = disarm();
        }
        run(readable);
    }

    private @Nullable Runnable disarm() {
        notifyAll();
        Runnable was = armed;
        armed = null;
        return was;
    }

    private static void run(@Nullable Runnable readable) {
        if (readable != null) {
            readable.run();
        }
    }

    /** The next frame the session has sent, or null once it has closed the link. */
    synchronized byte @Nullable [] take() throws InterruptedException {
        while (outgoing.isEmpty() && !closed) {
            wait();
        }
        return poll();
    }

    synchronized byte @Nullable [] poll() {
        byte[] frame = outgoing.poll();
        notifyAll();
        return frame;
    }

    /** From now on all frames that are polled may be torn. */
    void tearsFrames() {
        tears = true;
    }

    /** From now on no frame can be sent: the peer reads no more. */
    void refuseFrames() {
        refusesFrames = true;
    }

    /** So many frames can be claimed; for the one after that there is no memory. */
    synchronized void lacksMemoryAfter(int claims) {
        claimsWithMemory = claims;
    }

    /** Runs an action on the thread that polls, before it looks for frames. */
    void beforePoll(Runnable action) {
        beforePoll = action;
    }

    /** Runs an action on the thread that has polled frames, before it does what they ask for. */
    void afterFrames(Runnable action) {
        afterFrames = action;
    }

    /** Runs an action on the thread that is about to wait for room. */
    void beforeWaitForRoom(Runnable action) {
        beforeWaitForRoom = action;
    }

    /** Runs an action on the thread that is about to wait for frames. */
    void beforeWaitForFrames(Runnable action) {
        beforeWaitForFrames = action;
    }

    @Override
    public void checkWhole() {
        if (tears) {
            throw new IpcException(IpcStatus.PROTOCOL_ERROR, "torn on purpose");
        }
    }

    /** How many frames fit until the test takes one. */
    synchronized void capacity(int frames) {
        capacity = frames;
        notifyAll();
    }

    /** How many more calls of {@link #flush} let frames through; later ones take nothing. */
    synchronized void flushes(int times) {
        flushes = times;
        notifyAll();
    }

    /** Whether a thread that sends stands still, as one does that gets no processor. */
    synchronized void holdsUpSenders(boolean yes) {
        holding = yes;
        notifyAll();
    }

    /** From now on no thread can wait for this link. */
    synchronized void breakDown() {
        broken = true;
        notifyAll();
    }

    synchronized void awaitBlockedSender() throws InterruptedException {
        while (blockedSenders == 0) {
            wait();
        }
    }

    /** From now on every wait is refused, until this is told null: an {@link IpcException} or an {@link Error}. */
    synchronized void lacks(@Nullable Throwable what) {
        lack = what;
        refusedWaits = 0;
        woken = true;
        notifyAll();
    }

    /** Waits until so many waits were refused. */
    synchronized void awaitRefusedWaits(int count) throws InterruptedException {
        while (refusedWaits < count) {
            wait();
        }
    }

    private synchronized void checkLack() {
        if (lack != null) {
            refusedWaits++;
            notifyAll();
        }
        if (lack instanceof Error error) {
            throw error;
        } else if (lack instanceof IpcException known) {
            throw known;
        }
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized int unread() {
        return incoming.size();
    }

    // ---- the session's end

    @Override
    public int maxFrameBytes() {
        return MAX_FRAME_BYTES;
    }

    @Override
    public PeerIdentity peer() {
        return PeerIdentity.thisProcess();
    }

    @Override
    public synchronized @Nullable ByteBuffer claim(int maxLength) {
        checkOpen();
        if (refusesFrames) {
            throw new IpcException(IpcStatus.PEER_DIED, "the peer reads no more", Delivery.NOT_SENT);
        }
        if (claimsWithMemory-- == 0) {
            throw new OutOfMemoryError("injected");
        }
        while (holding) {
            blockedSenders++;
            notifyAll();
            sleep(TimeUnit.SECONDS.toNanos(60));
            blockedSenders--;
        }
        if (committed.size() + outgoing.size() >= capacity) {
            return null;
        }
        claimed = new byte[maxLength];
        return ByteBuffer.wrap(claimed);
    }

    private void checkOpen() {
        if (closed) {
            throw new IpcException(IpcStatus.CONNECTION_CLOSED, "closed", Delivery.NOT_SENT);
        }
    }

    @Override
    public synchronized void commit(int length) {
        committed.add(Arrays.copyOf(claimed, length));
    }

    @Override
    public void abort() {
        // the next claim makes a new array
    }

    @Override
    public synchronized boolean flush() {
        checkOpen();
        if (flushes > 0 && !committed.isEmpty()) {
            flushes--;
            outgoing.addAll(committed);
            committed.clear();
            notifyAll();
        }
        return committed.isEmpty();
    }

    @Override
    public void awaitWritable(long nanos) {
        beforeWaitForRoom.run();
        awaitRoom(nanos);
    }

    private synchronized void awaitRoom(long nanos) {
        checkLack();
        blockedSenders++;
        notifyAll();
        long deadline = System.nanoTime() + nanos;
        while (!closed && (committed.size() + outgoing.size() >= capacity || (flushes == 0 && !committed.isEmpty()))) {
            if (!sleep(deadline - System.nanoTime())) {
                break;
            }
        }
        blockedSenders--;
    }

    @SuppressWarnings("WaitNotInLoop") // the callers loop
    private boolean sleep(long nanos) {
        if (nanos <= 0) {
            return false;
        }
        try {
            wait(nanos / 1_000_000, (int) (nanos % 1_000_000));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        beforePoll.run();
        int frames = pollFrames(handler, limit);
        if (frames > 0) {
            afterFrames.run();
        }
        return frames;
    }

    private int pollFrames(FrameHandler handler, int limit) {
        for (int frames = 0; frames < limit; ) {
            byte[] frame;
            synchronized (this) {
                checkOpen();
                frame = incoming.poll();
                if (frame == null) {
                    return frames == 0 && ended ? END : frames;
                }
            }
            frames++;
            if (!handler.onFrame(ByteBuffer.wrap(frame))) {
                return frames;
            }
        }
        return limit;
    }

    @Override
    public void await(long nanos) {
        beforeWaitForFrames.run();
        awaitFrames(nanos);
    }

    private synchronized void awaitFrames(long nanos) {
        checkLack();
        long deadline = System.nanoTime() + nanos;
        while (incoming.isEmpty() && !ended && !closed && !woken && !broken) {
            if (!sleep(deadline - System.nanoTime())) {
                break;
            }
        }
        if (broken) {
            throw new IpcException(IpcStatus.PEER_DIED, "the medium is broken");
        }
        woken = false;
    }

    @Override
    public void arm(Runnable readable) {
        checkLack();
        synchronized (this) {
            if (incoming.isEmpty() && !ended && !closed) {
                armed = readable;
                return;
            }
        }
        readable.run();
    }

    @Override
    public synchronized void wake() {
        woken = true;
        notifyAll();
    }

    @Override
    public synchronized void close() {
        if (!closed && flushes > 0) {
            outgoing.addAll(committed);
        }
        closed = true;
        notifyAll();
    }
}
