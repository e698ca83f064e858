package io.valise.ipc.services.hosting;

import io.valise.ipc.IpcServer;

/**
 * What an app service offers, wherever it is hosted: the same object serves in a process of its own, started when a
 * client asks for it ({@link AppServiceHost#run}), or in its caller's ({@link AppServiceHost#inThisProcess}).
 *
 * <pre>{@code
 * AppService quotes = server -> server.service("price", request -> ValueSet.of("bid", 101.25));
 * }</pre>
 *
 * <p>A service that answers later, as with a deferral on Windows, is {@link IpcServer.Builder#asyncService}: the
 * request is open until its {@code CompletionStage} completes. Many threads call the handlers at the same time.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface AppService {
    /** Adds services, streams and event handlers, and says who may use them. Called once for each host. */
    void offer(IpcServer.Builder server);

    /**
     * Is told that the service stops, before its addresses are freed when {@code TERMINATING} or {@code CLOSED}, and
     * after that when {@code IDLE}; requests under way then have two seconds. Exceptions are logged.
     */
    default void stopping(StopReason reason) {}
}
