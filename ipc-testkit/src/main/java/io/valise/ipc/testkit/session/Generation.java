package io.valise.ipc.testkit.session;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * One of several servers that follow each other on one name. It notes the requests that its handlers see, of the
 * services {@code note} and {@code later} and of the stream {@code notes}, which has five items. Thread-safe.
 */
final class Generation {
    static final int ITEMS = 5;

    private static final Duration LONG = Duration.ofMinutes(10);

    private final IpcServer server;

    private Generation(IpcServer server) {
        this.server = server;
    }

    /** Starts as soon as the server before has freed the address. */
    static Generation start(Transport transport, String address, SeenRequests seen) {
        while (true) {
            try {
                return new Generation(Ends.over(transport, IpcServer.builder(address))
                        .service("note", seen::note)
                        .asyncService("later", request -> CompletableFuture.supplyAsync(() -> seen.note(request)))
                        .stream("notes", request -> {
                            seen.note(request);
                            return TestSource.of(ITEMS);
                        })
                        .start());
            } catch (IpcException e) {
                if (e.status() != IpcStatus.ADDRESS_IN_USE
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LockSupport.parkNanos(200_000);
            }
        }
    }

    /** Finishes the running calls; returns whether all have ended. */
    boolean retire() {
        return server.shutdown(LONG);
    }
}
