package io.valise.ipc.nats.broker;

import io.valise.ipc.spi.runtime.Threads;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** The threads that the client library tells its listeners by, and on which receivers are told. Thread-safe. */
final class News {
    /** The library tells its listeners by one thread, in order. Nothing that it runs waits for another thread. */
    static final ExecutorService HEARD = ClientThreads.orByCaller(Threads.pool("valise-nats-news", 1));

    private static final ExecutorService TOLD = Threads.pool("valise-nats-tell", 1);

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

    /** Tells a receiver, in order. It may wait for a lock whose holder is in {@link #await}, which does not wait for this. */
    static void tell(Runnable news) {
        try {
            TOLD.execute(news);
        } catch (OutOfMemoryError noThread) {
            news.run();
        }
    }
}
