package io.valise.ipc;

/**
 * Receives one-way events. The events of one connection are delivered one at a time in the order they were sent; those
 * of different connections concurrently. It may block, and may call back over the same connection.
 */
@FunctionalInterface
public interface EventHandler {
    /**
     * Takes one event.
     *
     * @throws Exception is logged; the sender is not told
     */
    void onEvent(Event event) throws Exception;
}
