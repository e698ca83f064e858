package io.valise.ipc.spi.stream;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;

/**
 * What a frame looks like in a stream: its length in bytes as a 4-byte big-endian number, then the frame.
 *
 * @since 0.1.0
 */
public final class Framing {
    /** The longest frame, in bytes. Both ends must agree, so it is part of the protocol. */
    public static final int MAX_FRAME_BYTES = 64 * 1024;

    static final int HEADER_BYTES = Integer.BYTES;

    private Framing() {}

    static boolean isLegal(int length) {
        return length > 0 && length <= MAX_FRAME_BYTES;
    }

    static IpcException illegal(int length) {
        return new IpcException(
                IpcStatus.PROTOCOL_ERROR,
                "frame length: limit=1.." + MAX_FRAME_BYTES + ", actual=" + Integer.toUnsignedString(length)
                        + ": the peer does not speak this protocol");
    }
}
