package io.valise.ipc.pipes.child;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.pipes.stream.TwoWayStream;
import io.valise.ipc.spi.runtime.Threads;
import java.io.OutputStream;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Two blocking streams with a thread each. The JDK can neither wait for a pipe with a limit nor watch many, so an
 * anonymous pipe costs these threads, and a message a change of threads at either end. They stay while no thread reads.
 */
final class PumpedStream extends TwoWayStream {
    private final ReadPump in;
    private final WritePump out;
    private final Runnable onClose;

    /** Begins to read and write; {@code onClose} is called once, and ends reads and writes that are under way. */
    PumpedStream(String name, ReadableByteChannel source, OutputStream sink, Runnable onClose) {
        this.in = new ReadPump(source);
        this.out = new WritePump(sink);
        this.onClose = onClose;
        Threads.start(Threads.daemon(name + "-in", in));
        Threads.start(Threads.daemon(name + "-out", out));
    }

    /** Waits for the peer's preamble; without it what was sent cannot be understood. */
    Preamble.Heard awaitPreamble(long nanos) {
        try {
            return in.greeted().get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notSent(IpcStatus.CANCELLED, "interrupted while waiting for the other end of the pipe", e);
        } catch (TimeoutException e) {
            throw notSent(
                    IpcStatus.TIMEOUT,
                    "nothing came through the pipe in time: does the program at its other end use ChildPipes?",
                    e);
        } catch (ExecutionException e) {
            throw new AssertionError("it never fails", e);
        }
    }

    private static IpcException notSent(IpcStatus status, String message, Exception cause) {
        return new IpcException(status, message, Delivery.NOT_SENT, cause);
    }

    @Override
    protected Reading in() {
        return in;
    }

    @Override
    protected Writing out() {
        return out;
    }

    @Override
    protected void closeShared() {
        onClose.run();
    }
}
