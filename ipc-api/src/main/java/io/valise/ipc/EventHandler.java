package io.valise.ipc;

/**
 * Receives one-way events. The events of one connection are delivered one at a time in the order they were sent; those
 * of different connections concurrently. It may block, and may call back over the same connection.
 *
 * <p>What becomes of events that were received and wait for their handler when the connection ends: if the peer ended it,
 * in good order or by its death, they are handled all the same; {@link IpcServer#shutdown} waits for those received before
 * it. If this end closes the connection, or ends it because of a fault, they are dropped, and only a handler that runs
 * goes on. At most 8 MiB of received work wait on a connection (or {@code maxMessageBytes}, if that is more) before reading
 * pauses.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface EventHandler {
    /**
     * Takes one event.
     *
     * @throws Exception is logged with its stack trace, at most 20 a minute for all handlers of the process; the sender is
     *     not told
     */
    void onEvent(Event event) throws Exception;
}
