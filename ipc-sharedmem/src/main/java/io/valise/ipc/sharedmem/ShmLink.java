package io.valise.ipc.sharedmem;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.sharedmem.control.ControlChannel;
import io.valise.ipc.sharedmem.doorbell.Futexes;
import io.valise.ipc.sharedmem.doorbell.Ringer;
import io.valise.ipc.sharedmem.doorbell.Sleeper;
import io.valise.ipc.sharedmem.layout.EndMark;
import io.valise.ipc.sharedmem.layout.RingLayout;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.MappingUse;
import io.valise.ipc.sharedmem.os.Segment;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.sharedmem.ring.RingConsumer;
import io.valise.ipc.sharedmem.ring.RingProducer;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.LateFaults;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection: two rings in a segment, a doorbell for each way, and the control channel. Thread-safe as
 * {@link Link} asks.
 *
 * <p>A thread enters the {@link MappingUse} before it touches the segment. The sender stays inside from its first
 * claim to the flush, the reader for one poll; a thread that sleeps, is about to, or wakes others is inside meanwhile. Closing
 * wakes all sleepers, and the last one out unmaps the segment.
 *
 * <p>A truncated segment file makes the JVM throw InternalError some time after the access that hit the hole. Where it
 * comes up in here it becomes a PROTOCOL_ERROR, and ends the link for both halves: what the other one looks at may still
 * be there.
 */
final class ShmLink implements Link, ControlChannel.Reader {
    /** Which end of the segment is ours. */
    enum Side {
        SERVER,
        CLIENT
    }

    private static final byte DATA_BELL = 'D';
    private static final byte SPACE_BELL = 'S';
    private static final int CAN_WAKE = 1;

    private final SharedMemory memory;
    private final ControlChannel control;
    private final PeerIdentity peer;
    private final int maxFrameBytes;
    private final int ownWakes;

    private final MappingUse use;
    private final MappingUse.Flag sender;
    private final MappingUse.Flag reader;
    private final RingProducer out;
    private final RingConsumer in;
    private final EndMark end;
    private final Ringer dataSent;
    private final Ringer spaceFreed;
    private final Sleeper dataAwaited;
    private final Sleeper spaceAwaited;
    private final BooleanSupplier pollable = this::isPollable;
    private final BooleanSupplier writable = this::isWritable;

    private final AtomicReference<@Nullable Runnable> armed = new AtomicReference<>();
    private volatile boolean ended;
    private volatile @Nullable IpcException violation;

    private boolean sending; // guarded by the engine's send lock, like the producer
    private boolean unflushed;
    private boolean saidWakes;

    ShmLink(Segment segment, Side side, ControlChannel control, PeerIdentity peer) {
        boolean server = side == Side.SERVER;
        SegmentLayout layout = segment.layout();
        RingLayout outgoing = server ? layout.toClient() : layout.toServer();
        RingLayout incoming = server ? layout.toServer() : layout.toClient();
        int peerWakes = server ? layout.clientWakes() : layout.serverWakes();
        this.memory = segment.memory();
        this.control = control;
        this.peer = peer;
        this.maxFrameBytes = outgoing.maxPayload();
        this.ownWakes = server ? layout.serverWakes() : layout.clientWakes();
        this.use = new MappingUse(segment::unmap);
        this.sender = use.sender();
        this.reader = use.reader();
        this.dataSent = new Ringer(memory, outgoing.dataBell(), () -> sendBell(DATA_BELL));
        this.spaceFreed = new Ringer(memory, incoming.spaceBell(), () -> sendBell(SPACE_BELL));
        this.dataAwaited = new Sleeper(memory, incoming.dataBell(), peerWakes);
        this.spaceAwaited = new Sleeper(memory, outgoing.spaceBell(), peerWakes);
        this.out = new RingProducer(memory, outgoing);
        this.in = new RingConsumer(memory, incoming, spaceFreed::ring);
        this.end = layout.endMark(memory);
    }

    @Override
    public int maxFrameBytes() {
        return maxFrameBytes;
    }

    @Override
    public PeerIdentity peer() {
        return peer;
    }

    @Override
    public @Nullable ByteBuffer claim(int maxLength) {
        beginSending();
        boolean claimed = false;
        try {
            checkPeer();
            ByteBuffer space = out.claim(maxLength);
            claimed = space != null;
            return space;
        } catch (IpcException wrong) {
            throw ended(wrong);
        } catch (InternalError fault) {
            throw truncated(fault);
        } finally {
            if (!claimed) {
                endSendingUnlessUnflushed();
            }
        }
    }

    @Override
    public void commit(int length) {
        if (!sending && use.isClosed()) {
            throw closed();
        }
        try {
            out.commit(length);
            unflushed = !use.isClosed();
        } catch (InternalError fault) {
            throw truncated(fault);
        } finally {
            if (!unflushed) {
                endSendingUnlessUnflushed(); // Closed meanwhile: there will be no flush.
            }
        }
    }

    @Override
    public void abort() {
        out.abort();
        endSendingUnlessUnflushed();
    }

    @Override
    public boolean flush() {
        beginSending();
        try {
            unflushed = false;
            dataSent.ring();
            return true;
        } catch (InternalError fault) {
            throw truncated(fault);
        } finally {
            endSendingUnlessUnflushed();
        }
    }

    @Override
    public void awaitWritable(long nanos) {
        sleep(spaceAwaited, nanos, writable);
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        if (!reader.enter()) {
            throw closed();
        }
        try {
            int delivered = in.poll(handler, limit);
            return delivered == 0 && ended ? lastPoll(handler, limit) : delivered;
        } catch (InternalError fault) {
            throw truncated(fault);
        } finally {
            reader.leave();
        }
    }

    @Override
    public void checkWhole() {
        try {
            end.check();
        } catch (InternalError fault) {
            throw truncated(fault);
        }
    }

    @Override
    public void await(long nanos) {
        sleep(dataAwaited, nanos, pollable);
    }

    @Override
    public void arm(Runnable readable) {
        if (!use.enter()) {
            throw closed();
        }
        try {
            armed.set(readable);
            dataAwaited.arm();
            if (isPollable()) {
                fire();
            }
            LateFaults.report();
        } catch (InternalError fault) {
            throw truncated(fault);
        } finally {
            use.leave();
        }
    }

    @Override
    public OptionalDouble occupancy() {
        if (!use.enter()) {
            return OptionalDouble.empty();
        }
        try {
            double taken = out.occupancy();
            LateFaults.report();
            return OptionalDouble.of(taken);
        } catch (InternalError fault) {
            endBy(cutShort(fault));
            return OptionalDouble.empty();
        } finally {
            use.leave();
        }
    }

    @Override
    public void wake() {
        if (use.enter()) {
            try {
                dataAwaited.wake();
            } catch (InternalError fault) {
                endBy(cutShort(fault));
            } finally {
                use.leave();
            }
        }
    }

    @Override
    public void close() {
        if (!use.enter()) {
            return;
        }
        use.shut();
        try {
            control.close();
            ringHere();
        } finally {
            use.leaveLast();
            LateFaults.settle();
        }
    }

    /** Takes bells; anything else is no Valise. */
    @Override
    public void onBytes(ByteBuffer bytes) {
        boolean data = false;
        boolean space = false;
        while (bytes.hasRemaining()) {
            byte bell = bytes.get();
            data |= bell == DATA_BELL;
            space |= bell == SPACE_BELL;
            if (bell != DATA_BELL && bell != SPACE_BELL) {
                endBy(new IpcException(
                        IpcStatus.PROTOCOL_ERROR, "shm control channel: limit=bytes D and S, actual=" + bell));
            }
        }
        if (use.enter()) {
            try {
                onBells(data, space);
                LateFaults.report();
            } catch (InternalError fault) {
                endBy(cutShort(fault));
            } finally {
                use.leave();
            }
        }
    }

    /** Notes that the peer is gone; what it sent before is still delivered. Idempotent. */
    @Override
    public void onEnd() {
        ended = true;
        if (use.enter()) {
            try {
                ringHere();
                fire();
            } finally {
                use.leave();
            }
        }
    }

    private void onBells(boolean data, boolean space) {
        if (space) {
            spaceAwaited.ringHere();
        }
        if (data) {
            dataAwaited.ringHere();
            if (armed.get() != null) {
                fireOrAnnounceAgain();
            }
        }
    }

    /** The bell may have been for a thread that slept and has polled since: then the link stays armed. */
    private void fireOrAnnounceAgain() {
        if (!isPollable()) {
            dataAwaited.arm();
        }
        if (isPollable()) {
            fire();
        }
    }

    private void fire() {
        Runnable readable = armed.getAndSet(null);
        if (readable != null) {
            readable.run();
        }
    }

    private void ringHere() {
        ringHere(dataAwaited);
        ringHere(spaceAwaited);
    }

    /** A thread that sleeps by a futex in memory that is no longer there looks again when its slice of time is up. */
    private void ringHere(Sleeper sleeper) {
        try {
            sleeper.ringHere();
        } catch (InternalError fault) {
            SafeLog.of(ShmLink.class).log(Level.DEBUG, "a bell was cut off", fault);
            violation = cutShort(fault);
        }
    }

    private void sleep(Sleeper sleeper, long nanos, BooleanSupplier ready) {
        if (!use.enter()) {
            return;
        }
        try {
            sayWakes();
            sleeper.sleep(nanos, ready);
        } catch (IpcException wrong) {
            throw ended(wrong);
        } catch (InternalError fault) {
            throw truncated(fault);
        } finally {
            use.leave();
        }
    }

    /** Tells the peer once that it may sleep by futex. */
    private void sayWakes() {
        if (!saidWakes && Futexes.ready()) {
            memory.putIntRelease(ownWakes, CAN_WAKE);
            saidWakes = true;
        }
    }

    private void sendBell(byte bell) {
        sayWakes();
        // Not taken means that enough bells wait to be read at the other end, or that the peer is gone.
        control.send(ByteBuffer.wrap(new byte[] {bell}));
    }

    private boolean isPollable() {
        return ended || use.isClosed() || in.hasFrame();
    }

    private boolean isWritable() {
        return ended || use.isClosed() || out.hasRoom();
    }

    /** After the end was seen: what the peer sent before it, then the end. */
    private int lastPoll(FrameHandler handler, int limit) {
        int delivered = in.poll(handler, limit);
        IpcException wrong = violation;
        if (delivered == 0 && wrong != null) {
            throw wrong;
        }
        return delivered == 0 ? END : delivered;
    }

    private void beginSending() {
        if (!sending) {
            if (!sender.enter()) {
                throw closed();
            }
            sending = true;
        }
    }

    private void endSendingUnlessUnflushed() {
        if (sending && !unflushed) {
            sending = false;
            sender.leave();
        }
    }

    private void checkPeer() {
        if (ended) {
            throw new IpcException(IpcStatus.PEER_DIED, "shm: the peer has ended the connection; connect again");
        }
    }

    /** A lie that the sender found ends the link for the reader too. */
    private IpcException ended(IpcException wrong) {
        if (wrong.status() == IpcStatus.PROTOCOL_ERROR) {
            endBy(wrong);
        }
        return wrong;
    }

    private IpcException truncated(InternalError fault) {
        return ended(cutShort(fault));
    }

    private void endBy(IpcException wrong) {
        violation = wrong;
        onEnd();
        LateFaults.settle();
    }

    private static IpcException closed() {
        return new IpcException(IpcStatus.CONNECTION_CLOSED, "shm: this connection is closed");
    }

    private static IpcException cutShort(InternalError fault) {
        return new IpcException(
                IpcStatus.PROTOCOL_ERROR,
                "shm segment: limit=its mapped size, actual=its file was truncated by the peer or another process",
                fault);
    }
}
