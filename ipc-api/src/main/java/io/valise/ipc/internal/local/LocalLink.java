package io.valise.ipc.internal.local;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Link;
import java.nio.ByteBuffer;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** One end of a link within the process: two {@link FrameQueue}s, each end sending into one and polling the other. */
final class LocalLink implements Link {
    private static final int MAX_FRAME_BYTES = 64 << 10;

    private final FrameQueue out;
    private final FrameQueue in;
    private final @Nullable LocalLink other;
    private @Nullable ByteBuffer claimed;
    private volatile boolean closed;

    private LocalLink(FrameQueue out, FrameQueue in, @Nullable LocalLink other) {
        this.out = out;
        this.in = in;
        this.other = other;
    }

    /** A client's end, which knows the server's. */
    static LocalLink pair() {
        FrameQueue requests = new FrameQueue();
        FrameQueue replies = new FrameQueue();
        return new LocalLink(requests, replies, new LocalLink(replies, requests, null));
    }

    LocalLink other() {
        if (other == null) {
            throw new IllegalStateException("asked of the server's end");
        }
        return other;
    }

    @Override
    public int maxFrameBytes() {
        return MAX_FRAME_BYTES;
    }

    @Override
    public PeerIdentity peer() {
        return PeerIdentity.thisProcess();
    }

    @Override
    public @Nullable ByteBuffer claim(int maxLength) {
        checkOpen();
        if (!out.hasRoom()) {
            return null;
        }
        claimed = ByteBuffer.allocate(maxLength);
        return claimed.duplicate();
    }

    @Override
    public void commit(int length) {
        ByteBuffer frame = claimed;
        if (frame == null) {
            throw new IllegalStateException("commit without claim");
        }
        claimed = null;
        out.add(frame.limit(length));
    }

    @Override
    public void abort() {
        claimed = null;
    }

    @Override
    public boolean flush() {
        checkOpen();
        out.signal();
        return true;
    }

    @Override
    public void awaitWritable(long nanos) {
        out.awaitRoom(nanos);
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        if (closed) {
            throw closedHere();
        }
        int frames = 0;
        while (frames < limit) {
            ByteBuffer frame = in.poll();
            if (frame == null) {
                return frames > 0 || !in.isEnded() ? frames : END;
            }
            frames++;
            if (!handler.onFrame(frame)) {
                break;
            }
        }
        return frames;
    }

    @Override
    public void await(long nanos) {
        in.awaitFrame(nanos);
    }

    @Override
    public void arm(Runnable readable) {
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
        closed = true;
        out.end();
        in.end();
    }

    private void checkOpen() {
        if (closed) {
            throw closedHere();
        }
        if (out.isReaderGone()) {
            throw new IpcException(IpcStatus.PEER_DIED, "the other end is closed", Delivery.NOT_SENT);
        }
    }

    private static IpcException closedHere() {
        return new IpcException(IpcStatus.CONNECTION_CLOSED, "this end is closed", Delivery.NOT_SENT);
    }
}
