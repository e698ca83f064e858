package io.valise.ipc.nats;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Threads of tests. Stateless. */
final class Background {
    private Background() {}

    /** Runs something in a thread of its own. */
    static CompletableFuture<Void> run(Callable<?> work) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        work.call();
                        over.complete(null);
                    } catch (Exception e) { // it is thrown to the thread that joins
                        over.completeExceptionally(e);
                    }
                },
                "background");
        thread.setDaemon(true);
        thread.start();
        return over;
    }
}
