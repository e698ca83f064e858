package io.valise.ipc.pipes.stream;

import io.valise.ipc.spi.stream.ByteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A stream made of a reading half and a writing half, which are independent of each other. Thread-safe as they are.
 */
public abstract class TwoWayStream implements ByteStream {
    /** What the reading half does, as {@link ByteStream} says. */
    public interface Reading {
        /** As {@link ByteStream#onReadable}. */
        void onReadable(Runnable readable);

        /** As {@link ByteStream#read}. */
        int read(ByteBuffer into) throws IOException;

        /** As {@link ByteStream#awaitReadable}. */
        void await(long nanos);

        /** As {@link ByteStream#wake}. */
        void wake();

        /** As {@link ByteStream#arm}. */
        void arm();

        /** Ends reads that are under way. */
        void close();
    }

    /** What the writing half does, as {@link ByteStream} says. */
    public interface Writing {
        /** As {@link ByteStream#write}. */
        int write(ByteBuffer from) throws IOException;

        /** As {@link ByteStream#flush}. */
        boolean flush() throws IOException;

        /** As {@link ByteStream#awaitWritable}. */
        void await(long nanos);

        /** Ends writes that are under way. */
        void close();
    }

    private final AtomicBoolean open = new AtomicBoolean(true);

    /** An open stream. */
    protected TwoWayStream() {}

    /** The half that reads: always the same. */
    protected abstract Reading in();

    /** The half that writes: always the same. */
    protected abstract Writing out();

    /** Closes what both halves share, after them; called once. */
    protected abstract void closeShared();

    @Override
    public final void onReadable(Runnable readable) {
        in().onReadable(readable);
    }

    @Override
    public final int read(ByteBuffer into) throws IOException {
        return in().read(into);
    }

    @Override
    public final int write(ByteBuffer from) throws IOException {
        return out().write(from);
    }

    @Override
    public final boolean flush() throws IOException {
        return out().flush();
    }

    @Override
    public final void awaitReadable(long nanos) {
        in().await(nanos);
    }

    @Override
    public final void wake() {
        in().wake();
    }

    @Override
    public final void awaitWritable(long nanos) {
        out().await(nanos);
    }

    /** The halves hold nothing that only a reader needs. */
    @Override
    public final void rest() {}

    @Override
    public final void arm() {
        in().arm();
    }

    @Override
    public final boolean isOpen() {
        return open.get();
    }

    @Override
    public final void close() {
        if (open.compareAndSet(true, false)) {
            in().close();
            out().close();
            closeShared();
        }
    }
}
