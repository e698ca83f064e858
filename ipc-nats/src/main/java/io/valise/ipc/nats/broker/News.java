package io.valise.ipc.nats.broker;

import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.Threads;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The threads that the client library tells its listeners by, and on which receivers are told. Thread-safe. */
final class News {
    /**
     * The library tells its listeners by one thread, in order; without a thread by the calling one, which may hold locks of the
     * library or of a link. That is safe, since what is run here takes none of these: it notes what it is told, in collections and in
     * the log, ends a wait in {@link BrokerConnection#open}, and leaves all else to {@link #tell}.
     */
    static final ExecutorService HEARD = ClientThreads.orByCaller(Threads.pool("valise-nats-news", 1));

    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final NewsQueue TOLD = new NewsQueue(
            Threads.pool("valise-nats-tell", 1), again -> ReadinessLoop.shared().after(AGAIN_NANOS, again));

    private News() {}

    /** Whatever the library has told before is known when this returns. */
    static void await() {
        Future<?> told = HEARD.submit(() -> {});
        boolean interrupted = false;
        while (!told.isDone()) {
            try {
                told.get();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Tells a receiver, in order, and never by the calling thread: a receiver may wait for a lock whose holder is in {@link #await},
     * which waits for what the library has told its listeners, and these call this.
     */
    static void tell(Runnable news) {
        TOLD.tell(news);
    }
}
