package io.valise.ipc.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An interface whose methods call a server. A bean of it is made for each such interface in the packages of the application, and
 * for those that {@link ImportIpcClients} names. Where its methods are marked {@link IpcHandler} and {@link IpcEvent} they call these services;
 * where none is, the bean is a remote object, which the server exports by this interface.
 *
 * <p>The first call connects. Beans of one client share a connection, and are safe for use by several threads. Calls fail as those
 * of {@link io.valise.ipc.IpcConnection} do, and, where there is no server yet, as connecting does; the next call then
 * tries again.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface IpcClient {
    /**
     * The name of the client: its settings are {@code valise.clients.NAME}, and without an address there it connects to {@code
     * any:NAME}.
     */
    String value();
}
