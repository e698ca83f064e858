package io.valise.ipc.testkit;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Link;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A link on the heap. */
final class MemoryLink implements Link {
    private final @Nullable Flaw flaw;
    private final PeerIdentity peer;
    private final MemoryChannel out;
    private final MemoryChannel in;
    private byte[] claimed = {};
    private @Nullable ByteBuffer lent;
    private volatile boolean closed;

    MemoryLink(@Nullable Flaw flaw, PeerIdentity peer, MemoryChannel out, MemoryChannel in) {
        this.flaw = flaw;
        this.peer = peer;
        this.out = out;
        this.in = in;
    }

    @Override
    public int maxFrameBytes() {
        return 64 << 10;
    }

    @Override
    public PeerIdentity peer() {
        return peer;
    }

    @Override
    public @Nullable ByteBuffer claim(int maxLength) {
        if (closed && flaw == Flaw.CLOSED_CLAIM_FAILS_BADLY) {
            throw new IllegalStateException("closed");
        }
        checkOpen();
        if (!out.hasRoom(maxLength)) {
            return null;
        }
        claimed = new byte[maxLength];
        ByteBuffer view = ByteBuffer.wrap(claimed);
        lent = view;
        return flaw == Flaw.LITTLE_ENDIAN_CLAIM ? view.order(ByteOrder.LITTLE_ENDIAN) : view;
    }

    private void checkOpen() {
        if (closed) {
            throw new IpcException(IpcStatus.CONNECTION_CLOSED, "closed");
        }
        if (out.isReaderGone() && flaw != Flaw.SENDS_TO_THE_DEAD_BLOCK) {
            throw new IpcException(IpcStatus.PEER_DIED, "the peer is gone");
        }
    }

    @Override
    public void commit(int length) {
        checkOpen();
        int taken = flaw == Flaw.COMMITS_UP_TO_POSITION && lent != null ? lent.position() : length;
        out.put(Arrays.copyOf(claimed, flaw == Flaw.CUTS_LONG_FRAMES ? Math.min(taken, 65_000) : taken));
    }

    @Override
    public void abort() {
        if (flaw == Flaw.ABORT_COMMITS) {
            out.put(claimed);
        }
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public void awaitWritable(long nanos) {
        out.awaitRoom(nanos);
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        if (closed) {
            return END;
        }
        if (flaw != Flaw.HANDLER_VIEW_DIES_WITH_CLOSE) {
            return in.poll(handler, limit);
        }
        return in.poll(
                view -> {
                    lent = view;
                    return handler.onFrame(view);
                },
                limit);
    }

    @Override
    public void await(long nanos) {
        if (!closed) {
            in.await(nanos);
        }
    }

    @Override
    public void arm(Runnable readable) {
        if (flaw == Flaw.ARM_STARTS_A_THREAD) {
            Thread waiter = new Thread(() -> {
                while (!closed) {
                    LockSupport.parkNanos(10_000_000);
                }
            });
            waiter.setDaemon(true);
            waiter.start();
        }
        in.arm(readable);
    }

    @Override
    public OptionalDouble occupancy() {
        return closed ? OptionalDouble.empty() : OptionalDouble.of(out.occupancy());
    }

    @Override
    public void wake() {
        in.wake();
    }

    @Override
    public void close() {
        if (closed && flaw == Flaw.CLOSE_TWICE_FAILS) {
            throw new IllegalStateException("closed already");
        }
        closed = true;
        if (flaw == Flaw.HANDLER_VIEW_DIES_WITH_CLOSE && lent != null) {
            lent.limit(0);
        }
        out.writerLeaves();
        in.readerLeaves();
    }
}
