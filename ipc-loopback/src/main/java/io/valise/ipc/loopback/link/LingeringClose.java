package io.valise.ipc.loopback.link;

import io.valise.ipc.spi.runtime.ReadinessLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Reads from a socket whose output is closed until the peer has closed its own. To close at once instead would, if the
 * peer has sent something that was not read, make the kernel reset the connection and discard what is in flight (RFC
 * 1122 4.2.2.13, RFC 2525 2.17). Bounded in time; no thread waits for it.
 */
final class LingeringClose {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int READS_AT_ONCE = 16;
    private static final int SCRAP_BYTES = 8 * 1024;

    private final SocketChannel channel;
    private final Watch watch;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    LingeringClose(SocketChannel channel, Watch watch) {
        this.channel = channel;
        this.watch = watch;
    }

    /**
     * Begins, and returns at once.
     *
     * @param end runs once, on any thread, when there is nothing more to wait for
     */
    @SuppressWarnings("FutureReturnValueIgnored") // The stage has no result; failures end the lingering too.
    void begin(Runnable end) {
        over.thenRun(end);
        try {
            over.thenRun(ReadinessLoop.shared().after(TIMEOUT_NANOS, () -> over.complete(null)));
            watch.handTo(this::readOn);
            watch.arm();
        } catch (RuntimeException | Error e) { // such as no thread for the timer: the socket is closed all the same
            over.complete(null);
            throw e;
        }
    }

    /** On the thread of the readiness loop. */
    private void readOn() {
        if (over.isDone()) {
            return;
        }
        try {
            if (hasEnded()) {
                over.complete(null);
            } else {
                watch.arm();
            }
        } catch (IOException peerIsGone) {
            over.complete(null);
        }
    }

    private boolean hasEnded() throws IOException {
        ByteBuffer scrap = ByteBuffer.allocate(SCRAP_BYTES);
        int count = 1;
        for (int i = 0; i < READS_AT_ONCE && count > 0; i++) {
            count = channel.read(scrap.clear());
        }
        return count < 0;
    }
}
