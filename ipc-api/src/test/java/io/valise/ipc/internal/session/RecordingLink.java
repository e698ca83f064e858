package io.valise.ipc.internal.session;

import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Link;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A link that keeps what is sent, and never receives anything. Used by one thread. */
final class RecordingLink implements Link {
    private final int maxFrameBytes;
    private final List<String> sent = new ArrayList<>();
    private @Nullable ByteBuffer claimed;

    RecordingLink(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    /** The frames sent, as hexadecimal digits. */
    List<String> sent() {
        return sent;
    }

    @Override
    public int maxFrameBytes() {
        return maxFrameBytes;
    }

    @Override
    public PeerIdentity peer() {
        return PeerIdentity.unknown();
    }

    @Override
    public ByteBuffer claim(int maxLength) {
        claimed = ByteBuffer.allocate(maxLength);
        return claimed.duplicate();
    }

    @Override
    public void commit(int length) {
        sent.add(HexFormat.of().formatHex(Objects.requireNonNull(claimed).array(), 0, length));
    }

    @Override
    public void abort() {
        claimed = null;
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public void awaitWritable(long nanos) {
        // there is always room
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
        return 0;
    }

    @Override
    public void await(long nanos) {
        // nothing ever comes
    }

    @Override
    public void arm(Runnable readable) {
        // nothing ever comes
    }

    @Override
    public void wake() {
        // no thread waits
    }

    @Override
    public void close() {
        // holds nothing
    }
}
