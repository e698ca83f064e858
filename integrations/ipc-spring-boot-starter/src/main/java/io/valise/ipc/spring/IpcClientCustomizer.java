package io.valise.ipc.spring;

import io.valise.ipc.IpcClient;

/**
 * A bean that changes what a connection is made of, after its properties and beans were applied. Called each time a client connects
 * anew, by the thread that connects, and when the application starts, for each client that has properties.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IpcClientCustomizer {
    /**
     * Changes the builder.
     *
     * @param name the name of the client, as in {@code valise.clients.NAME}
     */
    void customize(String name, IpcClient.Builder client);
}
