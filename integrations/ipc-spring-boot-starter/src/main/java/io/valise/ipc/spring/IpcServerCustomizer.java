package io.valise.ipc.spring;

import io.valise.ipc.IpcServer;

/**
 * A bean that changes what the server of the application is made of, after its properties and beans were applied. With such a bean
 * there is a server even without an {@link IpcService}. Called each time the server starts, by the thread that starts it.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IpcServerCustomizer {
    /** Changes the builder. */
    void customize(IpcServer.Builder server);
}
