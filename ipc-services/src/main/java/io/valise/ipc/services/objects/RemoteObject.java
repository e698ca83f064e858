package io.valise.ipc.services.objects;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.lang.reflect.Proxy;

/**
 * What can be done with any reference to an object of another process. An interface may extend this, so that its users
 * need not call {@link #of}; the classes that implement it need not implement anything of this. Its {@code close()} is then
 * {@link #close} here, and does not reach the object. Thread-safe.
 *
 * @since 0.1.0
 */
public interface RemoteObject extends AutoCloseable {
    /**
     * The handle of a proxy that {@link RemoteObjects#remote} or a call brought.
     *
     * @throws IllegalArgumentException when the object is none
     */
    static RemoteObject of(Object proxy) {
        if (proxy instanceof RemotePublisher<?> publisher) {
            return publisher;
        }
        if (Proxy.isProxyClass(proxy.getClass())
                && Proxy.getInvocationHandler(proxy) instanceof RemoteReference reference) {
            return reference;
        }
        throw new IllegalArgumentException(
                proxy.getClass().getName() + ": expected a reference to an object of another process");
    }

    /**
     * The same object by another of its interfaces (COM's QueryInterface), as a reference of its own: close it too.
     *
     * @param other the interface the object was exported by, or one its class implements that is marked with
     *     {@link RemoteInterface}
     * @throws IpcException {@code UNSUPPORTED} when the object does not offer it; any status of a call
     */
    default <T> T as(Class<T> other) {
        if (other.isInstance(this)) {
            return other.cast(this);
        }
        throw new IpcException(
                IpcStatus.UNSUPPORTED, getClass().getName() + ": does not implement " + other.getTypeName());
    }

    /**
     * Releases the reference; calls through it fail with IllegalStateException from then on. A reference that is not
     * closed is released when it is garbage, or when the connection ends. Idempotent; does not wait for the peer.
     */
    @Override
    default void close() {}
}
