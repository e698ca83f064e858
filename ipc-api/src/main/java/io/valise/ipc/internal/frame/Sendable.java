package io.valise.ipc.internal.frame;

import java.nio.ByteBuffer;

/** What is sent as one frame. Used by one thread, which has sent it, or failed to, when the call that sends it returns. */
public interface Sendable {
    /** What the frame's header says it is about: a request's or a stream's number, else 0. */
    long id();

    /** At least as many bytes as {@link #write} will write. */
    long bound();

    /** Writes the frame at the buffer's position, laid out as {@link Frames} says. */
    void write(ByteBuffer out);
}
